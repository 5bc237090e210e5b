package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindHost returns a host and what of it has been given away. NotFound.
func (s *Store) FindHost(ctx context.Context, id string) (hawkfish.Host, error) {
	on := subject{resourceHost, id}
	if !isText(id) {
		return hawkfish.Host{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Host, error) {
		return findHost(ctx, q, id)
	})
}

func findHost(ctx context.Context, q *db.Queries, id string) (hawkfish.Host, error) {
	row, err := q.HostByID(ctx, id)
	if err != nil {
		return hawkfish.Host{}, err
	}
	return host(row.Host, given{row.Systems, row.CPUs, row.MemoryMiB, row.DiskGiB})
}

// ListHosts orders by ID.
func (s *Store) ListHosts(ctx context.Context) ([]hawkfish.Host, error) {
	return ask(ctx, s, subject{resource: resourceHost}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Host, error) {
		rows, err := q.ListHosts(ctx)
		if err != nil {
			return nil, err
		}
		hosts := make([]hawkfish.Host, len(rows))
		for i, row := range rows {
			if hosts[i], err = host(row.Host, given{row.Systems, row.CPUs, row.MemoryMiB, row.DiskGiB}); err != nil {
				return nil, err
			}
		}
		return hosts, nil
	})
}

// RegisterHost prepares a host: Unreachable until its worker reports, and Enabled from then on. Exists.
func (s *Store) RegisterHost(ctx context.Context, h hawkfish.Host) (hawkfish.Host, error) {
	h.State, h.Resumes = hawkfish.HostUnreachable, hawkfish.HostEnabled
	return transact(ctx, s, subject{resourceHost, h.ID}, func(ctx context.Context, q *db.Queries) (hawkfish.Host, error) {
		made, err := insertHost(ctx, q, h, false)
		if err == nil && !made {
			err = hawkfish.Taken(resourceHost, "/Name", h.ID)
		}
		if err != nil {
			return hawkfish.Host{}, err
		}
		return findHost(ctx, q, h.ID)
	})
}

// insertHost is false when there is a host of this name; seen says that it has reported just now.
func insertHost(ctx context.Context, q *db.Queries, h hawkfish.Host, seen bool) (bool, error) {
	kept, err := edited(h)
	if err != nil {
		return false, err
	}
	facts, load, err := said(h)
	if err != nil {
		return false, err
	}
	rows, err := q.InsertHost(ctx, db.InsertHostParams{
		ID: h.ID, URI: h.URI, State: string(h.State), Resumes: string(h.Resumes), Labels: kept.labels, Taints: kept.taints, Overcommit: kept.overcommit, Fencing: kept.fencing, JoinKey: h.JoinKey,
		Facts: facts, Load: load, Seen: seen,
	})
	return rows == 1, err
}

// said encodes what a host says of itself: its load, which changes all the time, has a column of its own.
func said(h hawkfish.Host) (facts, load json.RawMessage, err error) {
	load, err = json.Marshal(h.Load)
	if err != nil {
		return nil, nil, err
	}
	h.Facts.Load = hawkfish.HostLoad{}
	facts, err = json.Marshal(h.Facts)
	return facts, load, err
}

// editedHost is what operators change of a host, as its row has it.
type editedHost struct{ labels, taints, overcommit, fencing json.RawMessage }

func edited(h hawkfish.Host) (kept editedHost, err error) {
	var errs [4]error
	kept.labels, errs[0] = labelText(h.Labels)
	kept.taints, errs[1] = json.Marshal(slices.Concat([]hawkfish.Taint{}, h.Taints))
	kept.overcommit, errs[2] = json.Marshal(h.Overcommit)
	kept.fencing, errs[3] = json.Marshal(h.Fencing)
	return kept, errors.Join(errs[:]...)
}

// UpdateHost returns Stale when revision is not the stored one; 0 matches any. NotFound.
func (s *Store) UpdateHost(ctx context.Context, id string, revision int64, edit hawkfish.HostEdit) (hawkfish.Host, error) {
	return s.changeHost(ctx, id, revision, func(ctx context.Context, q *db.Queries, h hawkfish.Host) (hawkfish.Host, error) {
		err := edit(&h)
		return h, err
	})
}

// ChangeHost changes a host's state, and tells of it. Conflict when the change may not follow on the state.
func (s *Store) ChangeHost(ctx context.Context, id string, revision int64, change hawkfish.HostChange, requester string) (hawkfish.Host, error) {
	return s.changeHost(ctx, id, revision, func(ctx context.Context, q *db.Queries, h hawkfish.Host) (hawkfish.Host, error) {
		after, _, err := h.After(change)
		if err == nil && change == hawkfish.HostIsFenced {
			err = powerLost(ctx, q, id)
		}
		return after, err
	}, func(was hawkfish.Host) []hawkfish.Event { return hostEvents(was, change, requester) })
}

// changeHost alters a host, and records what follows.
func (s *Store) changeHost(ctx context.Context, id string, revision int64, alter func(context.Context, *db.Queries, hawkfish.Host) (hawkfish.Host, error), tell ...func(was hawkfish.Host) []hawkfish.Event) (hawkfish.Host, error) {
	on := subject{resourceHost, id}
	if !isText(id) {
		return hawkfish.Host{}, on.missing()
	}
	return transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Host, error) {
		was, _, err := hostToChange(ctx, q, id)
		if err != nil {
			return was, err
		}
		if revision != 0 && revision != was.Revision {
			return was, &hawkfish.Error{Kind: hawkfish.Stale, Resource: resourceHost, ID: id}
		}
		is, err := alter(ctx, q, was)
		if err != nil {
			return was, err
		}
		if err := writeHost(ctx, q, is, false); err != nil {
			return was, err
		}
		if is, err = findHost(ctx, q, id); err != nil {
			return is, err
		}
		var events []hawkfish.Event
		for _, f := range tell {
			events = append(events, f(was)...)
		}
		return is, record(ctx, q, events)
	})
}

// hostToChange reads a host, keeps it as it is until the transaction ends, and says how long it has been silent.
func hostToChange(ctx context.Context, q *db.Queries, id string) (hawkfish.Host, time.Duration, error) {
	row, err := q.HostToChange(ctx, id)
	if err != nil {
		return hawkfish.Host{}, 0, err
	}
	h, err := host(row.Host, given{row.Systems, row.CPUs, row.MemoryMiB, row.DiskGiB})
	return h, seconds(row.Silence), err
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

// writeHost stores a host; seen says that it has reported just now.
func writeHost(ctx context.Context, q *db.Queries, h hawkfish.Host, seen bool) error {
	kept, err := edited(h)
	if err != nil {
		return err
	}
	facts, load, err := said(h)
	if err != nil {
		return err
	}
	return q.ChangeHost(ctx, db.ChangeHostParams{
		ID: h.ID, URI: h.URI, Facts: facts, Load: load, Seen: seen, State: string(h.State), Resumes: string(h.Resumes), Cause: h.Cause,
		Labels: kept.labels, Taints: kept.taints, Overcommit: kept.overcommit, Fencing: kept.fencing, JoinKey: h.JoinKey,
	})
}

// RemoveHost forgets a host. Conflict while systems are on it, or on their way to it; Stale, NotFound.
func (s *Store) RemoveHost(ctx context.Context, id string, revision int64) error {
	on := subject{resourceHost, id}
	if !isText(id) {
		return on.missing()
	}
	_, err := transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		// No system comes to it meanwhile, and what has kept room for too long does not count.
		if err := lockPlacement(ctx, q); err != nil {
			return struct{}{}, err
		}
		h, _, err := hostToChange(ctx, q, id)
		switch {
		case err != nil:
			return struct{}{}, err
		case revision != 0 && revision != h.Revision:
			return struct{}{}, &hawkfish.Error{Kind: hawkfish.Stale, Resource: resourceHost, ID: id}
		case h.Systems > 0:
			return struct{}{}, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceHost, ID: id, Message: "systems are on it"}
		}
		return struct{}{}, q.DeleteHost(ctx, id)
	})
	return err
}

// hostEvents are those of a change of a host's state.
func hostEvents(was hawkfish.Host, change hawkfish.HostChange, requester string) []hawkfish.Event {
	is, kind, err := was.After(change)
	if err != nil || kind == "" {
		return nil
	}
	return []hawkfish.Event{{
		Origin: hawkfish.Target{Kind: hawkfish.TargetHost, ID: was.ID, Name: was.ID}, Kind: kind,
		Detail: detail(hawkfish.HostChangeDetail{From: was.State, To: is.State, Requester: requester}),
	}}
}

// missing reports that there is no row.
func missing(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
