package libvirt

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
)

// wire is a network connection to libvirtd. It says when it has ended, and
// hands on whole, plausible packets only.
//
// It also drops what libvirtd sends of a stream after the stream's end: go-libvirt's
// reader would wait for ever, with its locks held, for somebody to take it.
type wire struct {
	net.Conn
	once sync.Once
	lost chan struct{}

	in    *bufio.Reader
	head  []byte // of the packet at hand, not handed on yet
	left  int    // bytes of its payload
	ended map[uint32]bool
}

// The header of a packet (libvirt, src/rpc/virnetprotocol.x): big-endian words.
const (
	lengthAt, typeAt, serialAt, statusAt = 0, 16, 20, 24
	headerBytes                          = 28

	typeStream  = 3
	statusError = 1

	maxPacket = 64 << 20 // twice what libvirt allows itself
)

func newWire(c net.Conn) *wire {
	return &wire{Conn: c, lost: make(chan struct{}), in: bufio.NewReaderSize(c, 64<<10), ended: map[uint32]bool{}}
}

// Read returns bytes of one packet at most.
func (w *wire) Read(p []byte) (n int, err error) {
	defer func() {
		if err != nil {
			w.end()
		}
	}()
	for len(w.head) == 0 && w.left == 0 {
		if err := w.next(); err != nil {
			return 0, err
		}
	}
	if len(w.head) > 0 {
		n = copy(p, w.head)
		w.head = w.head[n:]
		return n, nil
	}
	n, err = w.in.Read(p[:min(len(p), w.left)])
	w.left -= n
	return n, err
}

// next reads the header of the next packet, and skips the packet if nobody waits for it.
func (w *wire) next() error {
	head := make([]byte, headerBytes)
	if _, err := io.ReadFull(w.in, head); err != nil {
		return err
	}
	word := func(at int) uint32 { return binary.BigEndian.Uint32(head[at:]) }
	if word(lengthAt) < headerBytes || word(lengthAt) > maxPacket {
		return fmt.Errorf("libvirtd sent a packet of %d bytes", word(lengthAt))
	}
	payload := int(word(lengthAt)) - headerBytes
	if word(typeAt) == typeStream {
		serial := word(serialAt)
		if w.ended[serial] {
			_, err := w.in.Discard(payload)
			return err
		}
		// An empty packet is the end, whatever its status says; so is an error.
		w.ended[serial] = payload == 0 || word(statusAt) == statusError
	}
	w.head, w.left = head, payload
	return nil
}

func (w *wire) Close() error {
	w.end()
	return w.Conn.Close()
}

func (w *wire) end() { w.once.Do(func() { close(w.lost) }) }
