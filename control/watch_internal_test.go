package control

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// heart is a fleet with one host.
type heart struct {
	seen   time.Time
	down   error // of the database
	silent bool
	asked  int
	at     time.Time // when it was marked
}

func (h *heart) NextSilence(context.Context) (time.Duration, error) {
	h.asked++
	if h.silent {
		return hawkfish.HostSilence, h.down
	}
	return max(hawkfish.HostSilence-time.Since(h.seen), 0), h.down
}

func (h *heart) SilenceHosts(context.Context) ([]string, error) {
	if !h.silent && time.Since(h.seen) >= hawkfish.HostSilence {
		h.silent, h.at = true, time.Now()
		return []string{"h1"}, nil
	}
	return nil, nil
}

type health struct{ err error }

func (h *health) Healthy(context.Context) error { return h.err }

func watched(t *testing.T, h *heart, engine *health) {
	go func() { _ = WatchHosts(t.Context(), h, engine, slog.New(slog.DiscardHandler)) }()
}

// A host that reports is looked at a few times a minute; one that falls silent is marked within a second or so.
func TestSilenceIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &heart{seen: time.Now()}
		watched(t, h, &health{})
		for range 30 {
			time.Sleep(10 * time.Second)
			h.seen = time.Now()
		}
		if h.silent || h.asked > 25 {
			t.Errorf("silent: %v; in five minutes it was asked for %d times", h.silent, h.asked)
		}
		time.Sleep(hawkfish.HostSilence + 2*watchSoonest)
		if !h.silent || h.at.Sub(h.seen) > hawkfish.HostSilence+2*watchSoonest {
			t.Errorf("silent: %v, noticed after %s", h.silent, h.at.Sub(h.seen))
		}
	})
}

// When nobody could hear of hosts, they have as long as ever to report, before they count as silent.
func TestAnOutageIsNoSilence(t *testing.T) {
	for name, broken := range map[string]func(*heart, *health, error){
		"database": func(h *heart, _ *health, err error) { h.down = err },
		"Temporal": func(_ *heart, e *health, err error) { e.err = err },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, engine := &heart{seen: time.Now()}, &health{}
				watched(t, h, engine)
				time.Sleep(10 * time.Second)
				broken(h, engine, errors.New("away"))
				time.Sleep(time.Hour)
				broken(h, engine, nil)
				back := time.Now()
				time.Sleep(hawkfish.HostSilence - 2*watchSoonest) // the outage was seen last up to a look before its end
				if h.silent {
					t.Fatal("it was given no time")
				}
				time.Sleep(4 * watchSoonest)
				if !h.silent || h.at.Sub(back) < hawkfish.HostSilence-2*watchSoonest {
					t.Errorf("silent: %v, noticed %s after the outage", h.silent, h.at.Sub(back))
				}
			})
		})
	}
}
