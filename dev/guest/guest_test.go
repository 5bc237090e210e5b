package guest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheImageBoots(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "images")
	path, err := Write(dir)
	require.NoError(t, err)
	disk, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Len(t, disk, diskBytes)
	require.Equal(t, []byte{0x55, 0xaa}, disk[510:512], "the mark of a boot sector")
	require.True(t, bytes.HasPrefix(disk, program))
	again, err := Write(dir)
	require.NoError(t, err)
	require.Equal(t, path, again)
}

// The program is what the lab's source says: go generate makes it again.
func TestTheProgramIsUpToDate(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"as", "ld"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	object, fresh := filepath.Join(t.TempDir(), "tiny.o"), filepath.Join(t.TempDir(), "tiny.bin")
	for _, args := range [][]string{
		{"as", "--32", "-o", object, "../../lab/guest/tiny.S"},
		{"ld", "-m", "elf_i386", "-Ttext", "0x7c00", "--oformat", "binary", "-o", fresh, object},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Skipf("%v: %s", err, out) // an assembler of another machine
		}
	}
	want, err := os.ReadFile(fresh)
	require.NoError(t, err)
	require.Equal(t, want, program, "run go generate in dev/guest")
}
