package inventory

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Store is what the steps need.
type Store interface {
	hawkfish.Hosts
	hawkfish.Ledger
}

// Register offers the steps to a fleet worker.
func Register(r worker.ActivityRegistry, ledger Store, admission Admission) {
	durable.Implement(r, Announce, func(ctx context.Context, a hawkfish.Announcement) (Welcome, error) {
		if err := admission.admit(ctx, ledger, a); err != nil {
			return Welcome{}, err
		}
		if err := ledger.AnnounceHost(ctx, a); err != nil {
			return Welcome{}, err
		}
		left, err := ledger.Leftovers(ctx, a.HostID)
		return Welcome{left}, err
	})
	durable.Implement(r, Clear, func(ctx context.Context, in Cleared) (durable.None, error) {
		return durable.None{}, ledger.ClearLeftovers(ctx, in.HostID, in.SystemIDs)
	})
	durable.Implement(r, Observe, func(ctx context.Context, s Sighting) (durable.None, error) {
		return durable.None{}, ledger.Observe(ctx, s.HostID, s.Seen, s.Complete)
	})
	durable.Implement(r, Measure, func(ctx context.Context, packed Measured) (durable.None, error) {
		m, err := packed.Unpack()
		if err != nil {
			return durable.None{}, err
		}
		return durable.None{}, ledger.RecordMetrics(ctx, m)
	})
	durable.Implement(r, Describe, func(ctx context.Context, d Description) (durable.None, error) {
		return durable.None{}, ledger.RecordInventories(ctx, d.HostID, d.Seen)
	})
}
