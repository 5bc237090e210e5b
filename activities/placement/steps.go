package placement

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Store is what the steps need.
type Store interface {
	hawkfish.Systems
	hawkfish.Images
	hawkfish.Hosts
	hawkfish.Ledger
}

var everything = hawkfish.Scope{All: true}

// Register offers the steps to a worker.
func Register(r worker.ActivityRegistry, store Store) {
	durable.Implement(r, Place, func(ctx context.Context, in System) (Host, error) {
		id, err := store.PlaceSystem(ctx, in.ID)
		return Host{ID: id}, err
	})
	durable.Implement(r, Locate, func(ctx context.Context, in System) (Host, error) {
		s, err := store.FindSystem(ctx, everything, in.ID)
		if err != nil {
			return Host{}, err
		}
		g, err := hawkfish.GuestOf(ctx, store, s)
		return Host{ID: s.HostID, Power: s.Power, Guest: &g}, err
	})
	durable.Implement(r, Reserve, func(ctx context.Context, in hawkfish.Departure) (Host, error) {
		id, err := store.ReserveHost(ctx, in)
		return Host{ID: id}, err
	})
	durable.Implement(r, Release, func(ctx context.Context, in System) (durable.None, error) {
		return durable.None{}, store.ReleaseHost(ctx, in.ID)
	})
	durable.Implement(r, Move, func(ctx context.Context, in Destination) (durable.None, error) {
		return durable.None{}, store.MoveSystem(ctx, in.SystemID, in.HostID)
	})
	durable.Implement(r, Reachable, func(ctx context.Context, _ durable.None) (Hosts, error) {
		all, err := store.ListHosts(ctx)
		var found Hosts
		for _, h := range all {
			if h.State == hawkfish.HostEnabled && !h.Silent() {
				found.IDs = append(found.IDs, h.ID)
			}
		}
		return found, err
	})
}
