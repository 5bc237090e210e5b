package libvirt

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
)

func packet(kind, serial, status uint32, payload string) []byte {
	b := make([]byte, headerBytes, headerBytes+len(payload))
	binary.BigEndian.PutUint32(b[lengthAt:], uint32(headerBytes+len(payload)))
	binary.BigEndian.PutUint32(b[typeAt:], kind)
	binary.BigEndian.PutUint32(b[serialAt:], serial)
	binary.BigEndian.PutUint32(b[statusAt:], status)
	return append(b, payload...)
}

const statusOK, statusContinue = 0, 2

func TestWireOrdersStreams(t *testing.T) {
	t.Parallel()
	reply, event := packet(typeReply, 3, statusOK, ""), packet(2, 9, statusOK, "event")
	data, end := packet(typeStream, 3, statusContinue, "data"), packet(typeStream, 3, statusContinue, "")
	late := packet(typeStream, 3, statusOK, "")
	for name, c := range map[string]struct{ sent, want [][]byte }{
		"in order":         {[][]byte{reply, data, end}, [][]byte{reply, data, end}},
		"data before":      {[][]byte{data, event, reply, end}, [][]byte{event, reply, data, end}},
		"all before":       {[][]byte{data, data, end, reply}, [][]byte{reply, data, data, end}},
		"more after":       {[][]byte{reply, data, end, late, event}, [][]byte{reply, data, end, event}},
		"after an error":   {[][]byte{reply, packet(typeStream, 3, statusError, "why"), late, event}, [][]byte{reply, packet(typeStream, 3, statusError, "why"), event}},
		"the next stream":  {[][]byte{reply, end, packet(typeReply, 4, 0, ""), packet(typeStream, 4, statusContinue, "x")}, [][]byte{reply, end, packet(typeReply, 4, 0, ""), packet(typeStream, 4, statusContinue, "x")}},
		"no stream at all": {[][]byte{event, reply}, [][]byte{event, reply}},
	} {
		var sent, want []byte
		for _, p := range c.sent {
			sent = append(sent, p...)
		}
		for _, p := range c.want {
			want = append(want, p...)
		}
		got, err := readWire(t, sent)
		if err != nil || string(got) != string(want) {
			t.Errorf("%s: got %x, %v, want %x", name, got, err, want)
		}
	}
}

func TestWireRefusesNonsense(t *testing.T) {
	t.Parallel()
	huge := packet(typeReply, 1, 0, "")
	binary.BigEndian.PutUint32(huge, 1<<31)
	if got, err := readWire(t, huge); err == nil || len(got) > 0 {
		t.Errorf("a huge packet: got %d bytes, %v", len(got), err)
	}
}

// readWire reads what a wire makes of bytes, until they end.
func readWire(t testing.TB, sent []byte) ([]byte, error) {
	t.Helper()
	ours, theirs := net.Pipe()
	go func() {
		_, _ = theirs.Write(sent)
		_ = theirs.Close()
	}()
	w := newWire(ours)
	defer func() { _ = w.Close() }()
	got, err := io.ReadAll(w)
	select {
	case <-w.lost:
	default:
		t.Error("the wire does not say that it has ended")
	}
	return got, err
}

func FuzzWire(f *testing.F) {
	f.Add(packet(typeStream, 3, statusContinue, "data"))
	f.Add(append(packet(typeStream, 3, statusContinue, "data"), packet(typeReply, 3, 0, "")...))
	f.Fuzz(func(t *testing.T, sent []byte) {
		if got, _ := readWire(t, sent); len(got) > len(sent) {
			t.Fatalf("%d bytes became %d", len(sent), len(got))
		}
	})
}
