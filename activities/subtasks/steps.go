package subtasks

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Parts opens and cancels the parts of tasks. Both can be repeated.
type Parts interface {
	OpenPart(ctx context.Context, parentID string, index int) (hawkfish.Part, error)
	CancelParts(ctx context.Context, parentID string) (left []hawkfish.Part, err error)
}

// Register offers the steps to a worker.
func Register(r worker.ActivityRegistry, parts Parts) {
	durable.Implement(r, Open, func(ctx context.Context, in Part) (hawkfish.Part, error) {
		return parts.OpenPart(ctx, in.Parent, in.Index)
	})
	durable.Implement(r, Cancel, func(ctx context.Context, in Parent) (Left, error) {
		left, err := parts.CancelParts(ctx, in.ID)
		return Left{Parts: left}, err
	})
}
