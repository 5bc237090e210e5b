package libvirt

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/projectbeskar/hawkfish"
)

// The header of a qcow2 file (QEMU, docs/interop/qcow2.txt).
const (
	qcow2Header   = 104 // bytes of a version 3 header
	qcow2HeaderV2 = 72

	dirtyBit, corruptBit, externalDataBit = 1 << 0, 1 << 1, 1 << 2
	// What QEMU before 10 knows of: dirty, corrupt, external data, compression type, extended L2 entries.
	knownBits = 1<<5 - 1
)

var qcow2Magic = []byte("QFI\xfb")

// imageHeader is how much of an image's start inspect wants to see.
const imageHeader = qcow2Header

// inspect looks at the start of an image file of this format and returns the
// size of the disk in it; 0: it is the file's. What it lets pass refers to no
// file but itself, so that no guest reads the host's files through it.
func inspect(format hawkfish.ImageFormat, start []byte) (virtualBytes int64, err error) {
	isQCOW2 := bytes.HasPrefix(start, qcow2Magic)
	switch {
	case format == hawkfish.FormatRaw && isQCOW2:
		return 0, badFormat(format, "the file is qcow2")
	case format == hawkfish.FormatRaw:
		return 0, nil
	case format != hawkfish.FormatQCOW2:
		return 0, badFormat(format, "images are qcow2 or raw")
	case !isQCOW2:
		return 0, badFormat(format, "the file is not qcow2")
	case len(start) < qcow2HeaderV2:
		return 0, badFormat(format, "the file ends in its header")
	}
	be := binary.BigEndian
	version, virtual := be.Uint32(start[4:]), be.Uint64(start[24:])
	var features uint64
	if version == 3 {
		if len(start) < qcow2Header {
			return 0, badFormat(format, "the file ends in its header")
		}
		features = be.Uint64(start[72:])
	}
	clusterBits := be.Uint32(start[20:])
	switch {
	case version != 2 && version != 3:
		return 0, badFormat(format, "it is of an unknown version of qcow2")
	case be.Uint64(start[8:]) != 0:
		return 0, badFormat(format, "it refers to a backing file")
	case features&externalDataBit != 0:
		return 0, badFormat(format, "it refers to an external data file")
	case be.Uint32(start[32:]) != 0:
		return 0, badFormat(format, "it is encrypted")
	case features&(dirtyBit|corruptBit) != 0:
		return 0, badFormat(format, "it is damaged or was not closed")
	case features&^uint64(knownBits) != 0:
		return 0, badFormat(format, "it has unknown features")
	case clusterBits < 9 || clusterBits > 21:
		return 0, badFormat(format, "its cluster size is impossible")
	case virtual == 0 || virtual > math.MaxInt64:
		return 0, badFormat(format, "its disk has an impossible size")
	}
	return int64(virtual), nil
}

func badFormat(format hawkfish.ImageFormat, why string) error {
	return hawkfish.Refused("/Format", string(format), why)
}
