package libvirt

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch/diskimage"
)

// meter reads a source in chunks, counts and hashes what it has read, and tells how far it is.
type meter struct {
	in     *bufio.Reader
	hash   hash.Hash
	done   int64
	total  int64 // 0: not known
	report func(done, total int64)
	failed chan error // holds the error that ended it

	patience time.Duration
	waiting  *time.Timer // runs while nobody reads; nil: nobody minds
}

// chunk is how much is read, and sent to libvirtd, at once.
const chunk = 1 << 20

func newMeter(source io.Reader, total int64, report func(done, total int64)) *meter {
	return &meter{
		in: bufio.NewReaderSize(source, chunk), hash: sha256.New(),
		total: max(total, 0), report: report, failed: make(chan error, 1),
	}
}

// inspect looks at the source's first bytes without reading them, and returns
// the size of the disk in it, or why it is refused.
func (m *meter) inspect(format hawkfish.ImageFormat) (virtualBytes int64, err error) {
	head, err := m.in.Peek(diskimage.HeaderBytes)
	if err != nil && err != io.EOF {
		return 0, err
	}
	return diskimage.Inspect(head, max(m.total, int64(len(head))), format)
}

// watch calls stalled when nobody has read for a while; end stops it.
func (m *meter) watch(patience time.Duration, stalled func()) (end func() bool) {
	m.patience, m.waiting = patience, time.AfterFunc(patience, stalled)
	return m.waiting.Stop
}

// Read fills p as far as a chunk, however little the source gives at once:
// each Read becomes a message to libvirtd.
func (m *meter) Read(p []byte) (int, error) {
	if m.waiting != nil {
		m.waiting.Stop()
		defer m.waiting.Reset(m.patience)
	}
	p = p[:min(len(p), chunk)]
	var n int
	var err error
	for n < len(p) && err == nil { // not io.ReadFull, which cannot tell an end from a source that has broken off
		var k int
		k, err = m.in.Read(p[n:])
		n += k
	}
	m.hash.Write(p[:n])
	m.done += int64(n)
	if err != nil && err != io.EOF {
		m.failed <- err
	}
	m.report(m.done, m.total)
	return n, err
}

// failure is the error that reading has ended with, if any.
func (m *meter) failure() error {
	select {
	case err := <-m.failed:
		return err
	default:
		return nil
	}
}

func (m *meter) sum() string { return hex.EncodeToString(m.hash.Sum(nil)) }
