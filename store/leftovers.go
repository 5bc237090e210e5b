package store

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// LeaveBehind notes what a host has of a system that it could not be asked to let go of.
func (s *Store) LeaveBehind(ctx context.Context, hostID string, left hawkfish.Leftover) error {
	if !isID(left.SystemID) || !isText(hostID) {
		return nil
	}
	_, err := ask(ctx, s, subject{resourceHost, hostID}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, q.LeaveBehind(ctx, db.LeaveBehindParams{HostID: hostID, SystemID: left.SystemID, Disks: left.Disks})
	})
	return err
}

// Leftovers lists what a host still has of systems that are no longer its own.
func (s *Store) Leftovers(ctx context.Context, hostID string) ([]hawkfish.Leftover, error) {
	return ask(ctx, s, subject{resourceHost, hostID}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Leftover, error) {
		rows, err := q.Leftovers(ctx, hostID)
		var all []hawkfish.Leftover
		for _, r := range rows {
			all = append(all, hawkfish.Leftover{SystemID: r.SystemID, Disks: r.Disks})
		}
		return all, err
	})
}

// ClearLeftovers forgets what a host has let go of.
func (s *Store) ClearLeftovers(ctx context.Context, hostID string, systemIDs []string) error {
	_, err := ask(ctx, s, subject{resourceHost, hostID}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, q.ClearLeftovers(ctx, db.ClearLeftoversParams{HostID: hostID, Ids: systemIDs})
	})
	return err
}

// part lets a system go from one host to another. A dead host has its domain until it is back; the one that it comes to has nothing left of it.
func part(ctx context.Context, q *db.Queries, systemID, from, to string) error {
	h, err := findHost(ctx, q, from)
	if err != nil && !missing(err) {
		return err
	}
	if h.State == hawkfish.HostFenced {
		if err := q.LeaveBehind(ctx, db.LeaveBehindParams{HostID: from, SystemID: systemID}); err != nil {
			return err
		}
	}
	return q.ClearLeftovers(ctx, db.ClearLeftoversParams{HostID: to, Ids: []string{systemID}})
}

// powerLost notes, and tells, that nothing runs any more on a host that is dead.
func powerLost(ctx context.Context, q *db.Queries, hostID string) error {
	ids, err := q.SystemsOn(ctx, &hostID)
	if err != nil {
		return err
	}
	now := time.Now()
	seen := make([]hawkfish.Observation, len(ids))
	for i, id := range ids {
		seen[i] = hawkfish.Observation{SystemID: id, Power: schemas.PowerStateOff, Cause: hawkfish.CauseHostDied, At: now}
	}
	events, err := observe(ctx, q, hostID, seen)
	if err != nil {
		return err
	}
	return record(ctx, q, events)
}
