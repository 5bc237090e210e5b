package labtest

import (
	"bytes"
	_ "embed"
	"encoding/binary"
)

//go:generate sh -c "as -o efi.o ../guest/efi.S && ld -e 0 -Ttext 0 --oformat binary -o efi.bin efi.o && chmod 644 efi.bin && rm efi.o"
//go:embed efi.bin
var efiProgram []byte

// EFIText is what the application prints before the text that it was given.
const EFIText = "EFI boot "

// EFI returns a UEFI application that prints EFIText and a text of up to 16 characters on the first serial port, and then obeys
// the keys r and q (lab/guest/efi.S).
func EFI(text string) []byte {
	program := bytes.Clone(efiProgram)
	at := bytes.Index(program, []byte(EFIText)) + len(EFIText)
	copy(program[at:at+16], bytes.Repeat([]byte{' '}, 16))
	copy(program[at:at+16], text)
	return program
}

const sector = 512

// FAT returns a disk of half a MiB with one FAT12 file system, and on it what UEFI boots from a disk it does not know:
// \EFI\BOOT\BOOTX64.EFI, and beside it another as \EFI\BOOT\OTHER.EFI, unless it is nil.
func FAT(program, other []byte) []byte {
	const sectors, fatSectors, rootEntries = 1024, 3, 112
	disk := make([]byte, sectors*sector)
	copy(disk, []byte{0xeb, 0x3c, 0x90})
	copy(disk[3:], "HAWKFISH")
	put := binary.LittleEndian.PutUint16
	put(disk[11:], sector)
	disk[13] = 1      // sectors per cluster
	put(disk[14:], 1) // reserved sectors
	disk[16] = 1      // tables
	put(disk[17:], rootEntries)
	put(disk[19:], sectors)
	disk[21] = 0xf8 // fixed disk
	put(disk[22:], fatSectors)
	put(disk[24:], 32)
	put(disk[26:], 2)
	disk[36], disk[38] = 0x80, 0x29
	copy(disk[43:], "HAWKFISH   FAT12   ")
	put(disk[510:], 0xaa55)

	table := disk[sector : sector+fatSectors*sector]
	root := disk[sector+fatSectors*sector:]
	data := root[rootEntries*32:]
	cluster := 2 // the next free one
	link := func(at, next int) {
		pair := binary.LittleEndian.Uint16(table[at*3/2:])
		if at%2 == 0 {
			pair = pair&0xf000 | uint16(next)
		} else {
			pair = pair&0x000f | uint16(next)<<4
		}
		put(table[at*3/2:], pair)
	}
	link(0, 0xff8)
	link(1, 0xfff)
	store := func(content []byte) (first int) {
		first = cluster
		for len(content) > 0 {
			n := copy(data[(cluster-2)*sector:][:sector], content)
			content = content[n:]
			next := cluster + 1
			if len(content) == 0 {
				next = 0xfff
			}
			link(cluster, next)
			cluster++
		}
		return first
	}
	entry := func(name string, attributes byte, first, size int) []byte {
		e := make([]byte, 32)
		copy(e, name)
		e[11] = attributes
		put(e[26:], uint16(first))
		binary.LittleEndian.PutUint32(e[28:], uint32(size))
		return e
	}
	const directory, archive = 0x10, 0x20
	folder := func(self, parent int, entries ...[]byte) []byte {
		all := [][]byte{entry(".          ", directory, self, 0), entry("..         ", directory, parent, 0)}
		table := bytes.Join(append(all, entries...), nil)
		return append(table, make([]byte, sector-len(table))...)
	}
	boot := entry("BOOTX64 EFI", archive, store(program), len(program))
	var also []byte
	if other != nil {
		also = entry("OTHER   EFI", archive, store(other), len(other))
	}
	efi := cluster + 1
	folders := store(folder(cluster, efi, boot, also))
	store(folder(efi, 0, entry("BOOT       ", directory, folders, 0)))
	copy(root, entry("EFI        ", directory, efi, 0))
	return disk
}

const cdSector = 2048

// ISO returns a CD that BIOS boots a program of one CD sector from, and UEFI a FAT file system (El Torito).
func ISO(bios, fat []byte) []byte {
	const descriptor, record, end, catalog, root, program, system = 16, 17, 18, 19, 20, 21, 22
	disc := make([]byte, system*cdSector+len(fat))
	at := func(n int) []byte { return disc[n*cdSector:] }
	both := func(b []byte, n uint32) {
		binary.LittleEndian.PutUint32(b, n)
		binary.BigEndian.PutUint32(b[4:], n)
	}
	copy(at(descriptor), "\x01CD001\x01")
	copy(at(descriptor)[40:], "HAWKFISH                        ")
	both(at(descriptor)[80:], uint32(len(disc)/cdSector))
	copy(at(descriptor)[120:], []byte{1, 0, 0, 1, 1, 0, 0, 1, 0, 8, 8, 0})
	folder := func(name byte) []byte {
		e := make([]byte, 34)
		e[0], e[25], e[28], e[31], e[32], e[33] = 34, 2, 1, 1, 1, name
		both(e[2:], root)
		both(e[10:], cdSector)
		return e
	}
	copy(at(descriptor)[156:], folder(0))
	at(descriptor)[881] = 1
	copy(at(root), append(folder(0), folder(1)...))
	copy(at(record), "\x00CD001\x01EL TORITO SPECIFICATION")
	binary.LittleEndian.PutUint32(at(record)[71:], catalog)
	copy(at(end), "\xffCD001\x01")

	c := at(catalog)
	copy(c, []byte{1, 0})
	c[30], c[31] = 0x55, 0xaa
	binary.LittleEndian.PutUint16(c[28:], 0x10000-1-0xaa55)
	entry := func(e []byte, sectors uint16, place uint32) {
		e[0] = 0x88
		binary.LittleEndian.PutUint16(e[6:], sectors)
		binary.LittleEndian.PutUint32(e[8:], place)
	}
	entry(c[32:], 4, program)
	copy(c[64:], []byte{0x91, 0xef, 1, 0})
	entry(c[96:], uint16(len(fat)/sector), system)
	copy(at(program)[:cdSector], bios)
	copy(at(system), fat)
	return disc
}
