package durable

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
)

// Progress is how far a slow step has come, in units of its own. Total 0: not known.
type Progress struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
	// Detail is what else the step tells, in its own words.
	Detail json.RawMessage `json:"detail,omitempty"`
}

// pulse is what keeps an attempt alive in Temporal's eyes.
type pulse struct {
	// attempt is the context of the whole attempt. No heartbeat uses a narrower one: when that ends while the
	// heartbeat waits to be sent, Temporal's client takes it for an outage and cancels the attempt.
	attempt context.Context
	last    atomic.Pointer[Progress]
}

func (p *pulse) beat() { activity.RecordHeartbeat(p.attempt, *p.last.Load()) }

type pulseKey struct{}

// beating tells Temporal that the attempt lives even while it has no progress
// to report, so that a stalled transfer is not mistaken for a dead worker.
func beating(ctx context.Context, every time.Duration) (context.Context, context.CancelFunc) {
	p := &pulse{attempt: ctx}
	p.last.Store(&Progress{})
	ctx, stop := context.WithCancel(context.WithValue(ctx, pulseKey{}, p))
	go func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				p.beat()
			}
		}
	}()
	return ctx, stop
}

// Report records a slow step's progress, for those who watch its task.
func Report(ctx context.Context, now Progress) {
	if p, ok := ctx.Value(pulseKey{}).(*pulse); ok {
		p.last.Store(&now)
		p.beat()
	}
}
