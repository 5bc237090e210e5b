package power

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Register offers the steps to a host's worker.
func Register(r worker.ActivityRegistry, host hawkfish.Hypervisor, grace Grace) {
	plain := func(do func(context.Context, string) (hawkfish.Observation, error)) step {
		return func(ctx context.Context, in Change) (hawkfish.Observation, error) { return do(ctx, in.SystemID) }
	}
	for _, one := range []struct {
		declared durable.Activity[Change, hawkfish.Observation]
		do       step
	}{
		{Observe, plain(host.Observe)},
		{Start, func(ctx context.Context, in Change) (hawkfish.Observation, error) {
			if err := in.define(ctx, host); err != nil {
				return hawkfish.Observation{}, err
			}
			return host.Start(ctx, in.SystemID)
		}},
		{Stop, plain(host.Stop)},
		{Pause, plain(host.Pause)},
		{Resume, plain(host.Resume)},
		{Suspend, plain(host.Suspend)},
		{Shutdown, grace.shutdown(host)},
		{Reset, func(ctx context.Context, in Change) (hawkfish.Observation, error) {
			if err := in.define(ctx, host); err != nil {
				return hawkfish.Observation{}, err
			}
			return host.Reset(ctx, in.SystemID, in.Operation)
		}},
		{NMI, func(ctx context.Context, in Change) (hawkfish.Observation, error) {
			if err := host.InjectNMI(ctx, in.SystemID, in.Operation); err != nil {
				return hawkfish.Observation{}, err
			}
			return host.Observe(ctx, in.SystemID)
		}},
	} {
		durable.Implement(r, one.declared, one.do.guarded(host))
	}
}

// define sees to it that the guest boots as what it is to be.
func (in Change) define(ctx context.Context, host hawkfish.Hypervisor) error {
	if in.Guest == nil {
		return nil
	}
	return host.Define(ctx, *in.Guest)
}

// step does one thing to a guest's power.
type step func(context.Context, Change) (hawkfish.Observation, error)

// guarded does the step only while the guest's power is what the caller believes.
func (do step) guarded(host hawkfish.Hypervisor) func(context.Context, Change) (hawkfish.Observation, error) {
	return func(ctx context.Context, in Change) (hawkfish.Observation, error) {
		if in.While == "" {
			return do(ctx, in)
		}
		seen, err := host.Observe(ctx, in.SystemID)
		if err != nil {
			return seen, err
		}
		if seen.Absent || !hawkfish.SamePower(seen.Power, in.While) {
			return seen, &hawkfish.Error{Kind: hawkfish.Stale, Resource: "ComputerSystem", ID: in.SystemID, Message: "its power is no longer " + string(in.While)}
		}
		return do(ctx, in)
	}
}
