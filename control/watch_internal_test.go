package control

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// heart is a fleet with one host, and the engine that it is heard by.
type heart struct {
	sync.Mutex
	engine error // Temporal's
	seen   time.Time
	down   error // of the database
	silent bool
	asked  int
	at     time.Time // when it was marked
}

func (h *heart) NextSilence(context.Context) (time.Duration, error) {
	h.Lock()
	defer h.Unlock()
	h.asked++
	if h.silent {
		return hawkfish.HostSilence, h.down
	}
	return max(hawkfish.HostSilence-time.Since(h.seen), 0), h.down
}

func (h *heart) SilenceHosts(context.Context) ([]string, error) {
	h.Lock()
	defer h.Unlock()
	if !h.silent && time.Since(h.seen) >= hawkfish.HostSilence {
		h.silent, h.at = true, time.Now()
		return []string{"h1"}, nil
	}
	return nil, nil
}

func (h *heart) Healthy(context.Context) error {
	h.Lock()
	defer h.Unlock()
	return h.engine
}

// change alters what the watch sees, and look returns what has become of it.
func (h *heart) change(how func()) {
	h.Lock()
	defer h.Unlock()
	how()
}

func (h *heart) look() (silent bool, at time.Time, asked int) {
	h.Lock()
	defer h.Unlock()
	return h.silent, h.at, h.asked
}

func watched(t *testing.T, h *heart) {
	go func() { _ = WatchHosts(t.Context(), h, h, slog.New(slog.DiscardHandler)) }()
}

// A host that reports is looked at a few times a minute; one that falls silent is marked within a second or so.
func TestSilenceIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last := time.Now()
		h := &heart{seen: last}
		watched(t, h)
		for range 30 {
			time.Sleep(10 * time.Second)
			last = time.Now()
			h.change(func() { h.seen = last })
		}
		if silent, _, asked := h.look(); silent || asked > 25 {
			t.Errorf("silent: %v; in five minutes it was asked for %d times", silent, asked)
		}
		time.Sleep(hawkfish.HostSilence + 2*watchSoonest)
		if silent, at, _ := h.look(); !silent || at.Sub(last) > hawkfish.HostSilence+2*watchSoonest {
			t.Errorf("silent: %v, noticed after %s", silent, at.Sub(last))
		}
	})
}

// When nobody could hear of hosts, they have as long as ever to report, before they count as silent.
func TestAnOutageIsNoSilence(t *testing.T) {
	for name, part := range map[string]func(*heart) *error{
		"database": func(h *heart) *error { return &h.down }, "Temporal": func(h *heart) *error { return &h.engine },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &heart{seen: time.Now()}
				watched(t, h)
				time.Sleep(10 * time.Second)
				h.change(func() { *part(h) = errors.New("away") })
				time.Sleep(time.Hour)
				h.change(func() { *part(h) = nil })
				back := time.Now()
				time.Sleep(hawkfish.HostSilence - 2*watchSoonest) // the outage was seen last up to a look before its end
				if silent, _, _ := h.look(); silent {
					t.Fatal("it was given no time")
				}
				time.Sleep(4 * watchSoonest)
				if silent, at, _ := h.look(); !silent || at.Sub(back) < hawkfish.HostSilence-2*watchSoonest {
					t.Errorf("silent: %v, noticed %s after the outage", silent, at.Sub(back))
				}
			})
		})
	}
}
