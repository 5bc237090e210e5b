package durable

import (
	"context"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
)

// Progress is how far a slow step has come, in units of its own. Total 0: not known.
type Progress struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
}

type progressKey struct{}

// beating tells Temporal that the attempt lives even while it has no progress
// to report, so that a stalled transfer is not mistaken for a dead worker.
func beating(ctx context.Context, every time.Duration) (context.Context, context.CancelFunc) {
	var last atomic.Pointer[Progress]
	last.Store(&Progress{})
	attempt := ctx // a heartbeat under way when the step is done must not be cut off: Temporal's client would take it for an outage
	ctx, stop := context.WithCancel(context.WithValue(ctx, progressKey{}, &last))
	activity.RecordHeartbeat(ctx, Progress{})
	go func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				activity.RecordHeartbeat(attempt, *last.Load())
			}
		}
	}()
	return ctx, stop
}

// Report records a slow step's progress, for those who watch its task.
func Report(ctx context.Context, p Progress) {
	if last, ok := ctx.Value(progressKey{}).(*atomic.Pointer[Progress]); ok {
		last.Store(&p)
		activity.RecordHeartbeat(ctx, p)
	}
}
