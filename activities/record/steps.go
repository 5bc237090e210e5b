package record

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Register offers the steps to a worker.
func Register(r worker.ActivityRegistry, ledger hawkfish.Ledger) {
	durable.Implement(r, Finish, func(ctx context.Context, in Ending) (durable.None, error) {
		return durable.None{}, ledger.FinishTask(ctx, in.TaskID, in.Outcome, in.Seen, in.Image)
	})
	durable.Implement(r, Suspend, func(ctx context.Context, in Suspension) (durable.None, error) {
		return durable.None{}, ledger.SuspendTask(ctx, in.TaskID, in.Suspension)
	})
	durable.Implement(r, Resume, func(ctx context.Context, in Resumption) (durable.None, error) {
		return durable.None{}, ledger.ResumeTask(ctx, in.TaskID)
	})
}
