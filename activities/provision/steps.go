package provision

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Register offers the steps to a host's worker.
func Register(r worker.ActivityRegistry, host hawkfish.Hypervisor) {
	durable.Implement(r, HasDisk, func(ctx context.Context, g hawkfish.Guest) (Presence, error) {
		has, err := host.HasDisk(ctx, g)
		return Presence{has}, err
	})
	durable.Implement(r, CreateDisk, func(ctx context.Context, g hawkfish.Guest) (durable.None, error) {
		return durable.None{}, host.CreateDisk(ctx, g)
	})
	durable.Implement(r, Define, func(ctx context.Context, g hawkfish.Guest) (durable.None, error) {
		return durable.None{}, host.Define(ctx, g)
	})
	durable.Implement(r, Configure, host.Configure)
	durable.Implement(r, Undefine, func(ctx context.Context, s System) (durable.None, error) {
		return durable.None{}, host.Undefine(ctx, s.ID)
	})
	durable.Implement(r, DeleteDisks, func(ctx context.Context, s System) (durable.None, error) {
		return durable.None{}, host.DeleteDisks(ctx, s.ID)
	})
}
