package store

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// Observe stores what a host saw of the systems placed on it; others are ignored. complete, when not zero, is when
// the host looked at all its systems, by its clock: a Ready one that is not among them, and has not been observed since, is Lost.
func (s *Store) Observe(ctx context.Context, hostID string, seen []hawkfish.Observation, complete time.Time) error {
	if len(seen) == 0 && complete.IsZero() {
		return nil
	}
	_, err := transact(ctx, s, subject{resourceHost, hostID}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		events, err := observe(ctx, q, hostID, seen)
		if err != nil {
			return struct{}{}, err
		}
		if !complete.IsZero() {
			lost, err := lose(ctx, q, hostID, seen, complete)
			if err != nil {
				return struct{}{}, err
			}
			events = append(events, lost...)
		}
		return struct{}{}, record(ctx, q, events)
	})
	return err
}

// observe stores observations, and returns the events that follow. An empty
// host observes wherever the systems are.
func observe(ctx context.Context, q *db.Queries, hostID string, seen []hawkfish.Observation) ([]hawkfish.Event, error) {
	p := db.ObserveSystemsParams{Host: hostID}
	for _, o := range latest(seen) {
		p.Ids = append(p.Ids, o.SystemID)
		p.Powers = append(p.Powers, string(o.Power))
		p.Absent = append(p.Absent, o.Absent)
		p.Ats = append(p.Ats, o.At)
		p.Resets = append(p.Resets, o.LastReset)
		p.Booted = append(p.Booted, o.Booted)
		p.Causes = append(p.Causes, string(o.Cause))
		p.ResetCauses = append(p.ResetCauses, string(o.ResetCause))
		p.Generations = append(p.Generations, o.Generation)
	}
	if len(p.Ids) == 0 {
		return nil, nil
	}
	rows, err := q.ObserveSystems(ctx, p)
	if err != nil {
		return nil, err
	}
	var events []hawkfish.Event
	for _, r := range rows {
		events = append(events, seenEvents(r)...)
	}
	ejected, err := ejectedByGuests(ctx, q, hostID, latest(seen))
	return append(events, ejected...), err
}

// lose marks what a complete look did not find.
func lose(ctx context.Context, q *db.Queries, hostID string, seen []hawkfish.Observation, looked time.Time) ([]hawkfish.Event, error) {
	p := db.LoseSystemsParams{Host: &hostID, Looked: looked}
	for _, o := range latest(seen) {
		p.Ids = append(p.Ids, o.SystemID)
	}
	rows, err := q.LoseSystems(ctx, p)
	if err != nil {
		return nil, err
	}
	var events []hawkfish.Event
	for _, r := range rows {
		events = append(events, lostEvents(hostID, r)...)
	}
	return events, nil
}

// latest keeps, of the observations of each system, the last look, and drops what cannot be a system's ID.
func latest(seen []hawkfish.Observation) map[string]hawkfish.Observation {
	kept := make(map[string]hawkfish.Observation, len(seen))
	for _, o := range seen {
		if before, ok := kept[o.SystemID]; isID(o.SystemID) && (!ok || o.At.After(before.At)) {
			kept[o.SystemID] = o
		}
	}
	return kept
}
