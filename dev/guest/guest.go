// Package guest carries the image of a whole guest in 2 KiB: the lab's
// lab/guest/tiny.S, which boots in a moment, talks on its serial line and
// obeys the power button. It is there so that a first guest needs no download.
package guest

import (
	_ "embed"
	"os"
	"path/filepath"
)

//go:generate sh -c "as --32 -o tiny.o ../../lab/guest/tiny.S && ld -m elf_i386 -Ttext 0x7c00 --oformat binary -o tiny.bin tiny.o && chmod 644 tiny.bin && rm tiny.o"
//go:embed tiny.bin
var program []byte

// FileName is the image's.
const FileName = "tiny.img"

// diskBytes is the size of the disk that starts with the program.
const diskBytes = 1 << 20

// Write writes the image, raw, into a folder, unless it is there, and returns its path.
func Write(dir string) (string, error) {
	path := filepath.Join(dir, FileName)
	if info, err := os.Stat(path); err == nil && info.Size() == diskBytes {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	disk := make([]byte, diskBytes)
	copy(disk, program)
	// A kill while writing must not leave a file of the right size with half of the disk.
	draft := path + ".draft"
	if err := os.WriteFile(draft, disk, 0o644); err != nil {
		return "", err
	}
	return path, os.Rename(draft, path)
}
