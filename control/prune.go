package control

import (
	"context"
	"log/slog"
	"time"

	"github.com/projectbeskar/hawkfish"
)

const (
	pruneEvery = 5 * time.Minute
	pruneBatch = 2000 // small enough to be done within the store's deadline
)

// Prune forgets what is over and old enough, now and from time to time, until ctx ends. Any number may run.
func Prune(ctx context.Context, store hawkfish.Housekeeping, keep hawkfish.Retention, log *slog.Logger) error {
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		gone, err := pruneAll(ctx, store, keep)
		switch {
		case err != nil && ctx.Err() == nil:
			log.WarnContext(ctx, "what is over could not be forgotten", "error", err)
		case gone > 0:
			log.InfoContext(ctx, "old tasks, events, audit entries, entries of logs and sessions are forgotten", "count", gone)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func pruneAll(ctx context.Context, store hawkfish.Housekeeping, keep hawkfish.Retention) (int, error) {
	for gone := 0; ; {
		n, err := store.Prune(ctx, keep, pruneBatch)
		if gone += n; err != nil || n < pruneBatch {
			return gone, err
		}
	}
}
