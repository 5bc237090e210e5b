package power

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Register offers the steps to a host's worker.
func Register(r worker.ActivityRegistry, host hawkfish.Hypervisor, grace Grace) {
	for _, simple := range []struct {
		step durable.Activity[Change, hawkfish.Observation]
		do   func(context.Context, string) (hawkfish.Observation, error)
	}{{Observe, host.Observe}, {Start, host.Start}, {Stop, host.Stop}} {
		durable.Implement(r, simple.step, func(ctx context.Context, in Change) (hawkfish.Observation, error) {
			return simple.do(ctx, in.SystemID)
		})
	}
	durable.Implement(r, Reset, func(ctx context.Context, in Change) (hawkfish.Observation, error) {
		return host.Reset(ctx, in.SystemID, in.Operation)
	})
	durable.Implement(r, NMI, func(ctx context.Context, in Change) (hawkfish.Observation, error) {
		if err := host.InjectNMI(ctx, in.SystemID, in.Operation); err != nil {
			return hawkfish.Observation{}, err
		}
		return host.Observe(ctx, in.SystemID)
	})
	durable.Implement(r, Shutdown, grace.shutdown(host))
}
