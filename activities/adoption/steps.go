package adoption

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Register offers the steps to a host's worker.
func Register(r worker.ActivityRegistry, host hawkfish.Hypervisor) {
	durable.Implement(r, Scan, func(ctx context.Context, in Look) ([]hawkfish.Foreign, error) {
		return host.Foreign(ctx, in.ProjectID)
	})
	durable.Implement(r, Adopt, host.Adopt)
	durable.Implement(r, Release, func(ctx context.Context, in hawkfish.Release) (durable.None, error) {
		return durable.None{}, host.Release(ctx, in.SystemID)
	})
}
