package host

import (
	"context"
	"time"
)

const (
	sweepEvery = 10 * time.Minute
	// sweepGrace is how long a medium stays in the cache that nobody uses: the next system may want it.
	sweepGrace    = time.Hour
	sweepDeadline = 2 * time.Minute
	sweepAgain    = 10 * time.Second // after a failure
)

// sweep clears the host's cache of media at once, of what an interrupted fetch has left, and from time to time.
func (cfg Config) sweep(ctx context.Context) {
	for {
		next := sweepEvery
		limited, cancel := context.WithTimeout(ctx, sweepDeadline)
		if err := cfg.Hypervisor.SweepMedia(limited, sweepGrace); err != nil && ctx.Err() == nil {
			next = sweepAgain
			cfg.Log.WarnContext(ctx, "the cache of media could not be swept", "host_id", cfg.ID, "error", err)
		}
		cancel()
		select {
		case <-ctx.Done():
			return
		case <-time.After(next):
		}
	}
}
