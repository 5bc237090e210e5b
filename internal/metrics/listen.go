package metrics

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Serve serves endpoints on a plain listener of their own until ctx ends.
func Serve(ctx context.Context, ln net.Listener, endpoints http.Handler) error {
	srv := &http.Server{
		Handler:           endpoints,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
	}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() }) // probes need no drain
	defer stop()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
