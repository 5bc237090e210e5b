package labtest

import (
	"bytes"
	_ "embed"
)

//go:generate sh -c "as --32 -o kernel.o ../guest/kernel.S && ld -m elf_i386 -e 0 -Ttext 0 --oformat binary -o kernel.bin kernel.o && chmod 644 kernel.bin && rm kernel.o"
//go:embed kernel.bin
var kernelProgram []byte

// KernelText is what the kernel prints before its command line.
const KernelText = "KERNEL "

// Kernel returns the smallest kernel that a BIOS guest can be started with directly. It prints KernelText, its command line, and
// " initrd " with the length of its initial RAM disk in eight hexadecimal digits, on the first serial port, and then obeys the key r (lab/guest/kernel.S).
func Kernel() []byte { return bytes.Clone(kernelProgram) }
