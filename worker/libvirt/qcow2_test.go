package libvirt

import (
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// header is that of a good image of 1 GiB, altered.
func header(alter func(b []byte, be binary.ByteOrder)) []byte {
	b := make([]byte, qcow2Header)
	copy(b, qcow2Magic)
	be := binary.BigEndian
	be.PutUint32(b[4:], 3)
	be.PutUint32(b[20:], 16)
	be.PutUint64(b[24:], 1<<30)
	be.PutUint32(b[100:], qcow2Header)
	alter(b, be)
	return b
}

func TestInspect(t *testing.T) {
	t.Parallel()
	good := header(func([]byte, binary.ByteOrder) {})
	old := header(func(b []byte, be binary.ByteOrder) { be.PutUint32(b[4:], 2) })[:qcow2HeaderV2]
	for _, c := range []struct {
		name   string
		format hawkfish.ImageFormat
		start  []byte
		want   int64 // -1: refused
	}{
		{"version 3", hawkfish.FormatQCOW2, good, 1 << 30},
		{"version 2", hawkfish.FormatQCOW2, old, 1 << 30},
		{"raw", hawkfish.FormatRaw, []byte("MBR"), 0},
		{"empty raw", hawkfish.FormatRaw, nil, 0},
		{"qcow2 called raw", hawkfish.FormatRaw, good, -1},
		{"raw called qcow2", hawkfish.FormatQCOW2, []byte("MBR"), -1},
		{"unknown format", "vmdk", good, -1},
		{"cut off", hawkfish.FormatQCOW2, good[:80], -1},
		{"version 4", hawkfish.FormatQCOW2, header(func(b []byte, be binary.ByteOrder) { be.PutUint32(b[4:], 4) }), -1},
		{"backing file", hawkfish.FormatQCOW2, header(func(b []byte, be binary.ByteOrder) { be.PutUint64(b[8:], 512) }), -1},
		{"external data", hawkfish.FormatQCOW2, header(func(b []byte, be binary.ByteOrder) { be.PutUint64(b[72:], externalDataBit) }), -1},
		{"encrypted", hawkfish.FormatQCOW2, header(func(b []byte, be binary.ByteOrder) { be.PutUint32(b[32:], 2) }), -1},
		{"dirty", hawkfish.FormatQCOW2, header(func(b []byte, be binary.ByteOrder) { be.PutUint64(b[72:], dirtyBit) }), -1},
		{"unknown feature", hawkfish.FormatQCOW2, header(func(b []byte, be binary.ByteOrder) { be.PutUint64(b[72:], 1<<40) }), -1},
		{"compressed", hawkfish.FormatQCOW2, header(func(b []byte, be binary.ByteOrder) { be.PutUint64(b[72:], 1<<3) }), 1 << 30},
		{"no size", hawkfish.FormatQCOW2, header(func(b []byte, be binary.ByteOrder) { be.PutUint64(b[24:], 0) }), -1},
		{"negative size", hawkfish.FormatQCOW2, header(func(b []byte, be binary.ByteOrder) { be.PutUint64(b[24:], 1<<63) }), -1},
	} {
		got, err := inspect(c.format, c.start)
		if c.want >= 0 && (err != nil || got != c.want) {
			t.Errorf("%s: got %d, %v", c.name, got, err)
		}
		if e, ok := errors.AsType[*hawkfish.Error](err); c.want < 0 && (!ok || e.Kind != hawkfish.Invalid || e.Property != "/Format") {
			t.Errorf("%s: got %d, %v", c.name, got, err)
		}
	}
}

// What qemu-img makes is accepted.
func TestInspectTiny(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(labtest.TinyImage(t).QCOW2)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := inspect(hawkfish.FormatQCOW2, content[:imageHeader]); err != nil || got != 1<<20 {
		t.Errorf("got %d, %v", got, err)
	}
}

func FuzzInspect(f *testing.F) {
	f.Add([]byte("QFI\xfb"), true)
	f.Add(header(func([]byte, binary.ByteOrder) {}), true)
	f.Add([]byte{}, false)
	f.Fuzz(func(t *testing.T, start []byte, isQCOW2 bool) {
		format := map[bool]hawkfish.ImageFormat{true: hawkfish.FormatQCOW2, false: hawkfish.FormatRaw}[isQCOW2]
		virtual, err := inspect(format, start)
		if virtual < 0 {
			t.Fatalf("a disk of %d bytes", virtual)
		}
		if err == nil && isQCOW2 && (virtual == 0 || binary.BigEndian.Uint64(start[8:]) != 0) {
			t.Fatal("a file that refers to another, or has no size, was accepted")
		}
	})
}
