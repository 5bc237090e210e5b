package bench

import (
	"errors"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// side is one of two servers that are compared, with the connections to it.
type side struct {
	pid     int
	request []byte
	wires   []*wire

	took    time.Duration
	cpu     time.Duration // of the server
	latency histogram
}

// open opens connections and sends one request on each, so that neither handshakes nor cold caches are measured.
func (e endpoint) open(pid, connections int, request []byte) (*side, error) {
	s := &side{pid: pid, request: request}
	for range connections {
		w, err := e.dial()
		if err != nil {
			return s, err
		}
		s.wires = append(s.wires, w)
		if _, err := w.expect(http.StatusOK, request); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *side) close() {
	for _, w := range s.wires {
		_ = w.Close()
	}
}

// load sends requests on all connections, the next when the last is answered, for a while.
func (s *side) load(during time.Duration) error {
	before, began := processorTime(s.pid), time.Now()
	end := began.Add(during)
	parts := make([]histogram, len(s.wires))
	var g errgroup.Group
	for i, w := range s.wires {
		g.Go(func() error {
			if err := w.SetDeadline(end.Add(answerWithin)); err != nil {
				return err
			}
			for now := time.Now(); now.Before(end); {
				if _, err := w.expect(http.StatusOK, s.request); err != nil {
					return err
				}
				after := time.Now()
				parts[i].add(after.Sub(now))
				now = after
			}
			return nil
		})
	}
	err := g.Wait()
	s.took += time.Since(began)
	s.cpu += processorTime(s.pid) - before
	for i := range parts {
		s.latency.merge(&parts[i])
	}
	return err
}

// compare loads two servers in turns, so that what else the machine does meets both.
func compare(a, b *side, slice time.Duration, rounds int) error {
	for range rounds {
		if err := errors.Join(a.load(slice), b.load(slice)); err != nil {
			return err
		}
	}
	return nil
}

func (s *side) result() Served {
	n := float64(s.latency.total)
	return Served{
		PerSecond: n / s.took.Seconds(), P50: s.latency.quantile(0.5), P99: s.latency.quantile(0.99),
		CPU: time.Duration(float64(s.cpu) / n),
	}
}
