package process

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/worker/fleet"
)

// Fleet runs a fleet worker until ctx ends. It also starts the workflows of
// tasks whose turn has come, so that a queue moves on while no API runs, and forgets what is over.
func Fleet(ctx context.Context, p Parts) error {
	p, flush, err := p.traced(ctx, "worker")
	if err != nil {
		return err
	}
	defer flush()
	st, err := p.store(ctx)
	if err != nil {
		return err
	}
	defer st.Close()
	service, err := p.service("fleet")
	if err != nil {
		return err
	}
	defer service.Close()
	dispatcher := control.NewDispatcher(st, service, p.Log.With("component", "dispatcher"))
	return together(ctx,
		dispatcher.Run,
		func(ctx context.Context) error {
			keep := hawkfish.Retention{Tasks: p.Config.TaskRetention, Events: p.Config.EventRetention}
			return control.Prune(ctx, st, keep, p.Log.With("component", "prune"))
		},
		func(ctx context.Context) error {
			if err := service.EnsureNamespace(ctx, p.Config.TemporalNamespace, retention); err != nil {
				return ctx.Err()
			}
			return fleet.Run(ctx, fleet.Config{Service: service, Store: st, StopTimeout: stopTimeout, Log: p.Log.With("component", "fleet")})
		},
	)
}
