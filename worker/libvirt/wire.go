package libvirt

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
)

// wire is a network connection to libvirtd. It says when it has ended, hands on
// plausible packets only, and keeps from go-libvirt two things that libvirtd does
// with streams and that go-libvirt cannot bear:
//
//   - The first data may come before the reply to the call. It would be taken for the reply, and be lost.
//   - More may come after the stream's end. The reader would wait for ever, with
//     its locks held, for somebody to take it.
//
// Calls on a connection that has streams are made one after the other.
type wire struct {
	net.Conn
	once sync.Once
	lost chan struct{}

	in      *bufio.Reader
	out     io.Reader // the rest of the packet at hand
	queue   [][]byte  // packets that come next
	early   [][]byte  // packets of a stream whose call has not been replied to
	replied uint32    // the last call that has been
	ended   uint32    // the last stream that has
}

// The header of a packet (libvirt, src/rpc/virnetprotocol.x): big-endian words.
const (
	lengthAt, typeAt, serialAt, statusAt = 0, 16, 20, 24
	headerBytes                          = 28

	typeReply, typeStream = 1, 3
	statusError           = 1

	maxPacket = 64 << 20 // twice what libvirt allows itself
)

func newWire(c net.Conn) *wire {
	return &wire{
		Conn: c, lost: make(chan struct{}),
		in: bufio.NewReaderSize(c, 64<<10), out: bytes.NewReader(nil),
	}
}

// Read returns bytes of one packet at most.
func (w *wire) Read(p []byte) (int, error) {
	for {
		n, err := w.out.Read(p)
		if n > 0 {
			return n, nil
		}
		if err == io.EOF { //nolint:errorlint // readers return it bare (io.Reader)
			err = w.next()
		}
		if err != nil {
			w.end()
			return 0, err
		}
	}
}

// next puts the next packet into out.
func (w *wire) next() error {
	if len(w.queue) > 0 {
		w.out, w.queue = bytes.NewReader(w.queue[0]), w.queue[1:]
		return nil
	}
	head := make([]byte, headerBytes)
	if _, err := io.ReadFull(w.in, head); err != nil {
		return err
	}
	word := func(at int) uint32 { return binary.BigEndian.Uint32(head[at:]) }
	length, serial := word(lengthAt), word(serialAt)
	if length < headerBytes || length > maxPacket {
		return fmt.Errorf("libvirtd sent a packet of %d bytes", length)
	}
	// A packet that breaks off is followed by nothing, and its reader notices that.
	payload := io.LimitReader(w.in, int64(length)-headerBytes)
	w.out = io.MultiReader(bytes.NewReader(head), payload)
	switch word(typeAt) {
	case typeReply:
		w.replied = serial
		w.queue, w.early = w.early, nil
	case typeStream:
		last := length == headerBytes || word(statusAt) == statusError // empty is the end, whatever the status
		switch {
		case w.ended == serial:
			w.out = bytes.NewReader(nil)
			_, err := io.Copy(io.Discard, payload)
			return err
		case w.replied != serial:
			packet, err := io.ReadAll(w.out)
			w.early, w.out = append(w.early, packet), bytes.NewReader(nil)
			if err != nil {
				return err
			}
		}
		if last {
			w.ended = serial
		}
	}
	return nil
}

func (w *wire) Close() error {
	w.end()
	return w.Conn.Close()
}

func (w *wire) end() { w.once.Do(func() { close(w.lost) }) }
