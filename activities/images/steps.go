package images

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Register offers the steps to a host's worker.
func Register(r worker.ActivityRegistry, host hawkfish.Hypervisor) {
	durable.Implement(r, Fetch, func(ctx context.Context, src hawkfish.ImageSource) (hawkfish.ImageFacts, error) {
		return host.FetchImage(ctx, src, func(done, total int64) {
			durable.Report(ctx, durable.Progress{Done: done, Total: total})
		})
	})
	durable.Implement(r, Drop, func(ctx context.Context, c Cached) (durable.None, error) {
		err := host.DropImage(ctx, c.SHA256)
		if hawkfish.KindOf(err) == hawkfish.Conflict {
			err = nil
		}
		return durable.None{}, err
	})
}
