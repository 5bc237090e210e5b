// Package diskimage reads from the first bytes of a disk image how large the
// disk in it is, and refuses images that would let a guest read other files
// of its host.
//
// It opens nothing, and does not look at the image's contents.
package diskimage

import (
	"bytes"
	"encoding/binary"

	"github.com/projectbeskar/hawkfish"
)

// HeaderBytes is how much of a file Inspect needs; a shorter file is given whole.
const HeaderBytes = 104

// Inspect returns the virtual size in bytes of the disk in an image file of
// size bytes that begins with head. Its error is Invalid with Property "/Format".
func Inspect(head []byte, size int64, format hawkfish.ImageFormat) (int64, error) {
	switch format {
	case hawkfish.FormatRaw:
		if size == 0 {
			return 0, refused(format, "the image is empty")
		}
		if bytes.HasPrefix(head, []byte(qcow2Magic)) {
			return 0, refused(format, "the file is a qcow2 image")
		}
		return size, nil
	case hawkfish.FormatQCOW2:
		return inspectQCOW2(head)
	}
	return 0, refused(format, "no such format")
}

// Fields of a qcow2 header (QEMU, docs/interop/qcow2.txt).
const (
	qcow2Magic        = "QFI\xfb"
	atVersion         = 4
	atBackingFile     = 8
	atClusterBits     = 20
	atVirtualSize     = 24
	atCryptMethod     = 32
	atIncompatible    = 72 // version 3
	version2Bytes     = 72
	externalDataFile  = 1 << 2
	damaged           = 1<<0 | 1<<1 // dirty, corrupt
	knownIncompatible = 1<<3 | 1<<4 // compression type, extended L2
)

func inspectQCOW2(head []byte) (int64, error) {
	refused := func(why string) (int64, error) { return 0, refused(hawkfish.FormatQCOW2, why) }
	if len(head) < version2Bytes || string(head[:len(qcow2Magic)]) != qcow2Magic {
		return refused("the file is not a qcow2 image")
	}
	be := binary.BigEndian
	version := be.Uint32(head[atVersion:])
	switch {
	case version != 2 && version != 3, version == 3 && len(head) < HeaderBytes:
		return refused("the file is not a qcow2 image of version 2 or 3")
	case be.Uint64(head[atBackingFile:]) != 0:
		return refused("the image is an overlay of another file")
	case be.Uint32(head[atCryptMethod:]) != 0:
		return refused("the image is encrypted")
	}
	if version == 3 {
		switch features := be.Uint64(head[atIncompatible:]); {
		case features&externalDataFile != 0:
			return refused("the image keeps its data in another file")
		case features&damaged != 0:
			return refused("the image is damaged, or was not closed")
		case features&^knownIncompatible != 0:
			return refused("the image needs features that are not known")
		}
	}
	if bits := be.Uint32(head[atClusterBits:]); bits < 9 || bits > 21 {
		return refused("the image's cluster size is impossible")
	}
	virtual := be.Uint64(head[atVirtualSize:])
	if virtual == 0 || virtual > 1<<62 {
		return refused("the disk in the image has no sensible size")
	}
	return int64(virtual), nil
}

func refused(format hawkfish.ImageFormat, why string) error {
	return hawkfish.Refused("/Format", string(format), why)
}
