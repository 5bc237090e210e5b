package host

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/inventory"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

const (
	announceEvery = hawkfish.HostSilence / 3
	compareEvery  = 5 * time.Minute // events tell all; this is for what nobody thought of
	retryEvery    = time.Second
	lookDeadline  = 30 * time.Second // of a full comparison
	// maxSeen is how many observations one report holds, of some 140 bytes each: Temporal warns of payloads above
	// 512 KiB, and refuses those above 2 MiB.
	maxSeen = 2000
)

// reporter tells the fleet what the host is and sees. Changes are gathered while
// a report is under way, the latest of each system only, and go in one batch.
type reporter struct {
	cfg    Config
	log    *slog.Logger
	tell   func(context.Context, hawkfish.Announcement) (inventory.Welcome, error)
	clear  func(context.Context, inventory.Cleared) error
	report func(context.Context, inventory.Sighting) error
	// inspector hears of all that is seen.
	inspector *inspector

	mu       sync.Mutex
	pending  map[string]hawkfish.Observation
	complete time.Time // when all systems were looked at, if they were
	kick     chan struct{}
}

func newReporter(cfg Config) *reporter {
	return &reporter{
		inspector: newInspector(cfg),
		cfg:       cfg, log: cfg.Log.With("host_id", cfg.ID), pending: map[string]hawkfish.Observation{}, kick: make(chan struct{}, 1),
		tell: func(ctx context.Context, a hawkfish.Announcement) (inventory.Welcome, error) {
			return inventory.Announce.Ask(ctx, cfg.Service, durable.Fleet, "announce-"+cfg.ID+"-"+uuid.NewString(), a)
		},
		clear: func(ctx context.Context, in inventory.Cleared) error {
			_, err := inventory.Clear.Ask(ctx, cfg.Service, durable.Fleet, "clear-"+cfg.ID+"-"+uuid.NewString(), in)
			return err
		},
		report: func(ctx context.Context, s inventory.Sighting) error {
			_, err := inventory.Observe.Ask(ctx, cfg.Service, durable.Fleet, "observe-"+cfg.ID+"-"+uuid.NewString(), s)
			return err
		},
	}
}

// watch follows the hypervisor's events. Each time they begin to flow, and from
// time to time, everything is looked at: what happened meanwhile is not lost.
func (r *reporter) watch(ctx context.Context) {
	for ctx.Err() == nil {
		watching, stop := context.WithCancel(ctx)
		flowing := make(chan struct{})
		go r.compare(watching, flowing)
		err := r.cfg.Hypervisor.Watch(watching, func() { close(flowing) }, r.saw)
		stop()
		if ctx.Err() != nil {
			return
		}
		r.log.WarnContext(ctx, "the hypervisor's events were lost", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(retryEvery):
		}
	}
}

func (r *reporter) compare(ctx context.Context, flowing <-chan struct{}) {
	select {
	case <-ctx.Done():
		return
	case <-flowing:
	}
	for {
		next := compareEvery
		look, cancel := context.WithTimeout(ctx, lookDeadline)
		began := time.Now()
		all, err := r.cfg.Hypervisor.ObserveAll(look)
		cancel()
		if err != nil {
			next = retryEvery
			if ctx.Err() == nil {
				r.log.WarnContext(ctx, "the host's systems could not be looked at", "error", err)
			}
		} else {
			r.gather(all, began)
			r.inspector.compare(all)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(next):
		}
	}
}

func (r *reporter) saw(o hawkfish.Observation) {
	r.gather([]hawkfish.Observation{o}, time.Time{})
	r.inspector.happened(o)
}

// gather keeps the latest look at each system.
func (r *reporter) gather(seen []hawkfish.Observation, complete time.Time) {
	r.mu.Lock()
	for _, o := range seen {
		if known, ok := r.pending[o.SystemID]; !ok || o.At.After(known.At) {
			r.pending[o.SystemID] = o
		}
	}
	if complete.After(r.complete) {
		r.complete = complete
	}
	r.mu.Unlock()
	r.wake()
}

// send takes what has been gathered to the fleet, one report at a time. What is not taken is sent again.
func (r *reporter) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.kick:
		}
		sighting := r.take()
		err := r.report(ctx, sighting)
		if err == nil {
			continue
		}
		if ctx.Err() == nil {
			r.log.WarnContext(ctx, "a report was not taken", "systems", len(sighting.Seen), "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(retryEvery):
		}
		r.gather(sighting.Seen, sighting.Complete)
	}
}

// take takes as much as fits into a report. That all systems have been looked at is said with the last of them: those
// reported before have been observed since the look began.
func (r *reporter) take() inventory.Sighting {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := inventory.Sighting{HostID: r.cfg.ID, Seen: make([]hawkfish.Observation, 0, min(len(r.pending), maxSeen))}
	for id, o := range r.pending {
		if len(s.Seen) == maxSeen {
			r.wake()
			return s
		}
		s.Seen = append(s.Seen, o)
		delete(r.pending, id)
	}
	s.Complete, r.complete = r.complete, time.Time{}
	return s
}

// wake lets send look for something to report.
func (r *reporter) wake() {
	select {
	case r.kick <- struct{}{}:
	default:
	}
}
