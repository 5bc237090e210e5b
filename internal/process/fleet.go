package process

import (
	"context"
	"fmt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/inventory"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/fence"
	"github.com/projectbeskar/hawkfish/internal/outbound"
	"github.com/projectbeskar/hawkfish/worker/fleet"
	"github.com/projectbeskar/hawkfish/worker/standin"
)

// Fleet runs a fleet worker until ctx ends. It also starts the workflows of
// tasks whose turn has come, so that a queue moves on while no API runs, and forgets what is over.
func Fleet(ctx context.Context, p Parts) error {
	p, flush, err := p.traced(ctx, "worker")
	if err != nil {
		return err
	}
	defer flush()
	k, err := p.keep(ctx, "fleet")
	if err != nil {
		return err
	}
	defer k.close()
	c, err := p.control(k.store, k.service, k.dispatcher)
	if err != nil {
		return err
	}
	fencer, err := p.fencer()
	if err != nil {
		return err
	}
	return together(ctx,
		k.dispatcher.Run,
		func(ctx context.Context) error { return c.GuardHosts(ctx, p.Log.With("component", "guard")) },
		func(ctx context.Context) error {
			return standin.Run(ctx, standin.Config{Service: k.service, Ledger: k.store, StopTimeout: stopTimeout, Log: p.Log.With("component", "standin")})
		},
		func(ctx context.Context) error {
			keep := hawkfish.Retention{Tasks: p.Config.TaskRetention, Events: p.Config.EventRetention, Audit: p.Config.AuditRetention, Logs: p.Config.LogRetention}
			return control.Prune(ctx, k.store, keep, p.Log.With("component", "prune"))
		},
		func(ctx context.Context) error {
			return control.WatchHosts(ctx, k.store, k.service, p.Log.With("component", "watch"))
		},
		func(ctx context.Context) error {
			if err := k.service.EnsureNamespace(ctx, p.Config.TemporalNamespace, retention); err != nil {
				return ctx.Err()
			}
			return fleet.Run(ctx, fleet.Config{Fencer: fencer, Admission: inventory.Admission{Registered: p.Config.HostRegistration == config.RegistrationRequired}, Service: k.service, Store: k.store, Parts: c, StopTimeout: stopTimeout, Log: p.Log.With("component", "fleet")})
		},
	)
}

// fencer switches hosts off, as far as the configuration lets it.
func (p Parts) fencer() (*fence.Fencer, error) {
	allow, err := outbound.ParsePolicy(p.Config.FenceAllow)
	if err != nil {
		return nil, fmt.Errorf("HAWKFISH_FENCE_ALLOW: %w", err)
	}
	kept, err := p.secrets()
	return fence.New(fence.Config{Unseal: kept.unseal, Allow: allow, Agents: p.Config.FenceAgents}), err
}
