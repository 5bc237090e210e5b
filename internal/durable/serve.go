package durable

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.temporal.io/sdk/worker"
)

// Serve runs a worker until ctx ends. Temporal need not be there yet: the start is tried until it is.
func Serve(ctx context.Context, w worker.Worker) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, w.Start() },
		backoff.WithBackOff(&backoff.ExponentialBackOff{InitialInterval: 100 * time.Millisecond, Multiplier: 2, MaxInterval: 5 * time.Second}),
		backoff.WithMaxElapsedTime(0))
	if err != nil {
		return nil // only the end of ctx ends the tries
	}
	<-ctx.Done()
	w.Stop()
	return nil
}
