package store

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"sync"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/placement"
	"github.com/projectbeskar/hawkfish/store/db"
)

// PlaceSystem chooses a host for a system, records it, and returns it. A system already placed keeps its host.
// Exhausted, with the reasons, when none fits. Racing calls are served one after another.
func (s *Store) PlaceSystem(ctx context.Context, systemID string) (string, error) {
	on := subject{resourceSystem, systemID}
	if !isID(systemID) {
		return "", on.missing()
	}
	return transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (string, error) {
		if err := lockPlacement(ctx, q); err != nil {
			return "", err
		}
		placed, err := found(q.SystemToPlace(ctx, systemID))
		if err != nil || placed.HostID != "" {
			return placed.HostID, err
		}
		chosen, err := s.choose(ctx, q, hawkfish.WishOf(placed))
		if err != nil {
			return "", err
		}
		return chosen, q.PlaceSystem(ctx, db.PlaceSystemParams{ID: systemID, HostID: &chosen})
	})
}

// lockPlacement makes the caller the only one to give away room on hosts until its transaction ends. It comes before any row's lock.
func lockPlacement(ctx context.Context, q *db.Queries) error {
	if err := q.LockPlacement(ctx); err != nil {
		return err
	}
	_, err := q.DropExpiredReservations(ctx)
	return err
}

func (s *Store) choose(ctx context.Context, q *db.Queries, w hawkfish.Wish) (string, error) {
	hosts, err := s.candidates(ctx, q, w)
	if err != nil {
		return "", err
	}
	return placement.Choose(hosts, w)
}

// ExplainPlacement says where a wish would go now, and why.
func (s *Store) ExplainPlacement(ctx context.Context, w hawkfish.Wish) (hawkfish.Explanation, error) {
	return ask(ctx, s, subject{resource: resourceHost}, func(ctx context.Context, q *db.Queries) (hawkfish.Explanation, error) {
		hosts, err := s.candidates(ctx, q, w)
		if err != nil {
			return hawkfish.Explanation{}, err
		}
		return placement.Explain(hosts, w), nil
	})
}

// PlanRebalance proposes up to most moves that make the hosts more alike.
func (s *Store) PlanRebalance(ctx context.Context, most int) ([]hawkfish.Move, error) {
	return ask(ctx, s, subject{resource: resourceHost}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Move, error) {
		hosts, err := s.candidates(ctx, q, hawkfish.Wish{})
		if err != nil {
			return nil, err
		}
		rows, err := q.PlacedSystems(ctx)
		if err != nil {
			return nil, err
		}
		systems := make([]hawkfish.System, len(rows))
		for i, row := range rows {
			if systems[i], err = system(row); err != nil {
				return nil, err
			}
		}
		return placement.Rebalance(hosts, systems, most), nil
	})
}

// PlanEvacuation says what would become of the systems on a host.
func (s *Store) PlanEvacuation(ctx context.Context, hostID string, policy hawkfish.EvacuationPolicy) ([]hawkfish.Exit, error) {
	return ask(ctx, s, subject{resourceHost, hostID}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Exit, error) {
		hosts, err := s.candidates(ctx, q, hawkfish.Wish{})
		if err != nil {
			return nil, err
		}
		rows, err := q.PlacedSystems(ctx)
		if err != nil {
			return nil, err
		}
		var on []hawkfish.System
		for _, row := range rows {
			if row.HostID == nil || *row.HostID != hostID {
				continue
			}
			one, err := system(row)
			if err != nil {
				return nil, err
			}
			on = append(on, one)
		}
		return placement.Evacuate(hosts, on, policy), nil
	})
}

// candidates lists the hosts as they are now, with what matters of them for a wish.
func (s *Store) candidates(ctx context.Context, q *db.Queries, w hawkfish.Wish) ([]placement.Candidate, error) {
	rows, err := q.Candidates(ctx)
	if err != nil {
		return nil, err
	}
	known, err := s.told.look(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	mates, err := groupMates(ctx, q, w)
	if err != nil {
		return nil, err
	}
	all := make([]placement.Candidate, 0, len(rows))
	for _, row := range rows {
		h, ok := known[row.ID]
		if !ok { // it has come or changed since
			continue
		}
		h.State = hawkfish.HostState(row.State)
		h.Systems, h.Allocated = int(row.Systems), hawkfish.Resources{CPUs: int(row.CPUs), MemoryMiB: row.MemoryMiB, DiskGiB: row.DiskGiB}
		if err := json.Unmarshal(row.Load, &h.Load); err != nil {
			return nil, err
		}
		group := mates[row.ID]
		all = append(all, placement.Candidate{
			Host: h, Silence: seconds(row.Silence), Free: h.Free(), Mates: int(group.Mates), Apart: group.Apart, Lot: rand.Uint64(),
		})
	}
	return all, nil
}

func groupMates(ctx context.Context, q *db.Queries, w hawkfish.Wish) (map[string]db.GroupMatesRow, error) {
	mates := map[string]db.GroupMatesRow{}
	if w.Group == "" || !isID(w.ProjectID) {
		return mates, nil
	}
	rows, err := q.GroupMates(ctx, db.GroupMatesParams{ProjectID: w.ProjectID, InGroup: w.Group, SystemID: w.SystemID})
	for _, r := range rows {
		mates[r.HostID] = r
	}
	return mates, err
}

// told remembers what hosts have said of themselves, by the revisions of their rows: it is long, and every decision needs it.
type told struct {
	mu    sync.Mutex
	hosts map[string]hawkfish.Host
}

// look returns the hosts of the rows, of which it reads those that have changed. They are shared: what is in them must not be changed.
func (t *told) look(ctx context.Context, q *db.Queries, rows []db.CandidatesRow) (map[string]hawkfish.Host, error) {
	t.mu.Lock()
	found := make(map[string]hawkfish.Host, len(rows))
	var changed []string
	for _, row := range rows {
		if h, ok := t.hosts[row.ID]; ok && h.Revision == row.Revision {
			found[row.ID] = h
		} else {
			changed = append(changed, row.ID)
		}
	}
	t.mu.Unlock()
	if len(changed) > 0 {
		fresh, err := q.HostsByID(ctx, changed)
		if err != nil {
			return nil, err
		}
		for _, row := range fresh {
			if found[row.ID], err = host(row, given{}); err != nil {
				return nil, err
			}
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hosts = found
	return found, nil
}
