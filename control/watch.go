package control

import (
	"context"
	"log/slog"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Fleet is what the watch over hosts needs.
type Fleet interface {
	SilenceHosts(ctx context.Context) ([]string, error)
	NextSilence(ctx context.Context) (time.Duration, error)
}

const (
	// watchSoonest and watchLatest bound the time between two looks at the hosts. The next look is due when the first of those
	// that report now can have been silent for too long; the bound above notices hosts that have come since.
	watchSoonest = time.Second
	watchLatest  = hawkfish.HostSilence / 2
)

// WatchHosts makes silent hosts Unreachable until ctx ends. Any number may run. Silence counts while hosts can be heard: when
// Temporal or the database has been away, they get as long again to report as they ever have.
func WatchHosts(ctx context.Context, fleet Fleet, engine interface{ Healthy(context.Context) error }, log *slog.Logger) error {
	w := watch{fleet: fleet, healthy: engine.Healthy, log: log, heard: time.Now()}
	for {
		wait := w.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

type watch struct {
	fleet   Fleet
	healthy func(context.Context) error
	log     *slog.Logger
	heard   time.Time // since when hosts can be heard
}

// look marks the hosts that are silent, and says when to look again.
func (w *watch) look(ctx context.Context) time.Duration {
	next, err := w.fleet.NextSilence(ctx)
	if err == nil {
		err = w.healthy(ctx)
	}
	if err != nil {
		w.heard = time.Now()
		if ctx.Err() == nil {
			w.log.WarnContext(ctx, "hosts cannot be heard", "error", err)
		}
		return watchSoonest
	}
	if patience := hawkfish.HostSilence - time.Since(w.heard); patience > 0 {
		return min(max(next, watchSoonest), patience, watchLatest)
	}
	if next > 0 {
		return min(max(next, watchSoonest), watchLatest)
	}
	silent, err := w.fleet.SilenceHosts(ctx)
	if err != nil {
		w.log.WarnContext(ctx, "silent hosts could not be marked", "error", err)
		return watchSoonest
	}
	for _, id := range silent {
		w.log.WarnContext(ctx, "a host is unreachable: its worker is silent", "host_id", id, "silence", hawkfish.HostSilence.String())
	}
	return watchSoonest
}
