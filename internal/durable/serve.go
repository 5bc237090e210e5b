package durable

import (
	"context"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.temporal.io/sdk/worker"
)

// Serve runs a worker until ctx ends. Temporal need not be there yet: the
// start is tried until it is, each time with a new worker, since one that has failed to start remembers it.
func Serve(ctx context.Context, log *slog.Logger, build func() worker.Worker) error {
	w, err := backoff.Retry(ctx,
		func() (worker.Worker, error) { w := build(); return w, w.Start() },
		backoff.WithBackOff(&backoff.ExponentialBackOff{InitialInterval: 100 * time.Millisecond, Multiplier: 2, MaxInterval: 2 * time.Second}),
		backoff.WithMaxElapsedTime(0),
		backoff.WithNotify(func(err error, next time.Duration) {
			log.WarnContext(ctx, "the worker did not start", "error", err, "next_try_in", next.String())
		}))
	if err != nil {
		return nil // only the end of ctx ends the tries
	}
	<-ctx.Done()
	w.Stop()
	return nil
}
