package store

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// ReserveHost keeps room on another host for a system that is to go there, chooses the host where none is named, and
// returns it. A system that has room already keeps it, and for longer; but where another host is named, it changes to that one.
// Exhausted, with the reasons, when no host will do; Conflict when the system is on no host yet, or on that one.
func (s *Store) ReserveHost(ctx context.Context, d hawkfish.Departure) (string, error) {
	on := subject{resourceSystem, d.SystemID}
	if !isID(d.SystemID) {
		return "", on.missing()
	}
	return transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (string, error) {
		if err := lockPlacement(ctx, q); err != nil {
			return "", err
		}
		leaves, err := found(q.SystemToPlace(ctx, d.SystemID))
		if err != nil {
			return "", err
		}
		if leaves.HostID == "" || leaves.HostID == d.To {
			return "", &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceSystem, ID: d.SystemID, Message: "it is not on another host"}
		}
		to, err := s.destination(ctx, q, leaves, d)
		if err != nil {
			return "", err
		}
		takes := takes(leaves)
		return to, q.KeepReservation(ctx, db.KeepReservationParams{
			SystemID: d.SystemID, HostID: to, Lifetime: d.For.Seconds(),
			CPUs: int64(takes.CPUs), MemoryMiB: takes.MemoryMiB, DiskGiB: leaves.DiskGiB,
		})
	})
}

// destination is where a system has room already, or the host that serves it best.
func (s *Store) destination(ctx context.Context, q *db.Queries, leaves hawkfish.System, d hawkfish.Departure) (string, error) {
	kept, err := q.ReservationOf(ctx, d.SystemID)
	switch {
	case err == nil && (d.To == "" || d.To == kept.HostID) && kept.HostID != leaves.HostID:
		return kept.HostID, nil
	case err != nil && !missing(err):
		return "", err
	}
	if _, err := q.DropReservation(ctx, d.SystemID); err != nil { // what it keeps elsewhere does not count
		return "", err
	}
	w := hawkfish.WishOf(leaves)
	w.Leaving = leaves.HostID
	takes := takes(leaves)
	w.CPUs, w.MemoryMiB = takes.CPUs, takes.MemoryMiB
	if d.To != "" {
		w.Host = d.To
	}
	if d.Live || d.Shared {
		from, err := findHost(ctx, q, leaves.HostID)
		if err != nil {
			return "", err
		}
		if d.Live {
			w.Arch, w.CPUModel = from.Facts.Arch, from.Facts.CPUModel
		}
		if d.Shared {
			w.DiskPool = from.Facts.DiskPool
		}
		if d.Shared && w.DiskPool == "" {
			return "", &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceSystem, ID: d.SystemID, Message: "its disk is in a pool that host " + from.ID + " shares with nobody"}
		}
	}
	return s.choose(ctx, q, w)
}

// ReleaseHost gives the room back that ReserveHost has kept for a system, if there is any.
func (s *Store) ReleaseHost(ctx context.Context, systemID string) error {
	if !isID(systemID) {
		return nil
	}
	_, err := ask(ctx, s, subject{resourceSystem, systemID}, func(ctx context.Context, q *db.Queries) (int64, error) {
		return q.DropReservation(ctx, systemID)
	})
	return err
}

// MoveSystem records that a system is where room was kept for it. It may be repeated. Conflict when the room was kept elsewhere, or has
// been given to others since.
func (s *Store) MoveSystem(ctx context.Context, systemID, hostID string) error {
	on := subject{resourceSystem, systemID}
	if !isID(systemID) {
		return on.missing()
	}
	_, err := transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		if err := q.LockPlacement(ctx); err != nil {
			return struct{}{}, err
		}
		moved, err := found(q.SystemToPlace(ctx, systemID))
		if err != nil || moved.HostID == hostID {
			return struct{}{}, err
		}
		kept, err := q.ReservationOf(ctx, systemID)
		if missing(err) || err == nil && kept.HostID != hostID {
			return struct{}{}, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceSystem, ID: systemID, Message: "no room is kept for it on that host"}
		}
		if err != nil {
			return struct{}{}, err
		}
		if _, err := q.DropReservation(ctx, systemID); err != nil {
			return struct{}{}, err
		}
		if err := part(ctx, q, systemID, moved.HostID, hostID); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, q.PlaceSystem(ctx, db.PlaceSystemParams{ID: systemID, HostID: &hostID})
	})
	return err
}
