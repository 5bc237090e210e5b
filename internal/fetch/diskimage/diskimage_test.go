package diskimage

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/projectbeskar/hawkfish"
)

func header(version uint32, change func([]byte)) []byte {
	h := make([]byte, HeaderBytes)
	copy(h, qcow2Magic)
	binary.BigEndian.PutUint32(h[atVersion:], version)
	binary.BigEndian.PutUint32(h[atClusterBits:], 16)
	binary.BigEndian.PutUint64(h[atVirtualSize:], 1<<30)
	if change != nil {
		change(h)
	}
	return h
}

func set(at int, value byte) func([]byte) { return func(h []byte) { h[at] = value } }

func TestInspect(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		head   []byte
		size   int64
		format hawkfish.ImageFormat
		want   int64 // 0: refused
	}{
		"raw":              {[]byte("x"), 512, hawkfish.FormatRaw, 512},
		"qcow2 called raw": {header(3, nil), 9999, hawkfish.FormatRaw, 0},
		"empty":            {nil, 0, hawkfish.FormatRaw, 0},
		"unknown format":   {[]byte("x"), 512, "vmdk", 0},
		"version 3":        {header(3, nil), 9999, hawkfish.FormatQCOW2, 1 << 30},
		"version 2":        {header(2, nil)[:version2Bytes], 9999, hawkfish.FormatQCOW2, 1 << 30},
		"dirty":            {header(3, set(79, 1)), 9999, hawkfish.FormatQCOW2, 0},
		"zstd":             {header(3, set(79, 8)), 9999, hawkfish.FormatQCOW2, 1 << 30},
		"clusters":         {header(3, set(23, 40)), 9999, hawkfish.FormatQCOW2, 0},
		"short":            {header(3, nil)[:90], 90, hawkfish.FormatQCOW2, 0},
		"version 4":        {header(4, nil), 9999, hawkfish.FormatQCOW2, 0},
		"not qcow2":        {make([]byte, HeaderBytes), 9999, hawkfish.FormatQCOW2, 0},
		"backing file":     {header(3, set(14, 2)), 9999, hawkfish.FormatQCOW2, 0},
		"backing file, v2": {header(2, set(14, 2)), 9999, hawkfish.FormatQCOW2, 0},
		"encrypted":        {header(3, set(35, 2)), 9999, hawkfish.FormatQCOW2, 0},
		"data file":        {header(3, set(79, 4)), 9999, hawkfish.FormatQCOW2, 0},
		"unknown feature":  {header(3, set(79, 32)), 9999, hawkfish.FormatQCOW2, 0},
		"no size":          {header(3, set(28, 0)), 9999, hawkfish.FormatQCOW2, 0},
		"negative size":    {header(3, set(24, 255)), 9999, hawkfish.FormatQCOW2, 0},
	} {
		got, err := Inspect(c.head, c.size, c.format)
		if got != c.want || (err == nil) != (c.want != 0) {
			t.Errorf("%s: got %d, %v", name, got, err)
		}
		if e, ok := errors.AsType[*hawkfish.Error](err); err != nil && (!ok || e.Kind != hawkfish.Invalid || e.Property != "/Format") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzInspect(f *testing.F) {
	f.Add(header(3, nil))
	f.Add(header(2, nil)[:version2Bytes])
	f.Fuzz(func(t *testing.T, head []byte) {
		if virtual, err := Inspect(head, int64(len(head)), hawkfish.FormatQCOW2); err == nil && virtual <= 0 {
			t.Errorf("got %d", virtual)
		}
	})
}
