package store

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// Ejecting is false for what is no system.
func (s *Store) Ejecting(ctx context.Context, systemID string, slot hawkfish.MediaSlot) (bool, error) {
	if !isID(systemID) {
		return false, nil
	}
	return ask(ctx, s, subject{resourceTask, ""}, func(ctx context.Context, q *db.Queries) (bool, error) {
		return q.Ejecting(ctx, db.EjectingParams{
			TargetKind: string(hawkfish.TargetSystem), TargetID: systemID, Operation: string(hawkfish.OpEjectMedia), Slot: string(slot),
		})
	})
}

// mediumInserted writes down what a host has put into a drive.
func mediumInserted(ctx context.Context, q *db.Queries, t hawkfish.Task, file *hawkfish.ImageFacts) error {
	var in hawkfish.Insertion
	if err := json.Unmarshal(t.Input, &in); err != nil || file == nil {
		return err
	}
	medium := in.Medium(t.ID, *file)
	medium.Since = t.EndedAt
	return fillDrive(ctx, q, t, in.Slot, func(d *hawkfish.MediaDrive) {
		d.Medium, d.Unverified = medium, in.Unverified
	})
}

// mediumEjected empties a drive.
func mediumEjected(ctx context.Context, q *db.Queries, t hawkfish.Task, _ *hawkfish.ImageFacts) error {
	var in hawkfish.Ejection
	if err := json.Unmarshal(t.Input, &in); err != nil {
		return err
	}
	return fillDrive(ctx, q, t, in.Slot, func(d *hawkfish.MediaDrive) { d.Medium = nil })
}

func fillDrive(ctx context.Context, q *db.Queries, t hawkfish.Task, slot hawkfish.MediaSlot, change func(*hawkfish.MediaDrive)) error {
	events, err := changeMedia(ctx, q, "", t.Target.ID, func(m hawkfish.Machine) hawkfish.Machine {
		drive := m.Media[slot]
		change(&drive)
		return m.WithDrive(slot, drive)
	})
	if err != nil {
		return err
	}
	return record(ctx, q, events) // what follows in the transaction is of the same system, and of its queue
}

// ejectedByGuests empties the drives whose media guests have put out by themselves. An empty host tells of systems wherever they are.
func ejectedByGuests(ctx context.Context, q *db.Queries, host string, seen map[string]hawkfish.Observation) ([]hawkfish.Event, error) {
	var events []hawkfish.Event
	for _, id := range slices.Sorted(maps.Keys(seen)) { // in one order, so that two batches never wait for each other
		if len(seen[id].Ejected) == 0 {
			continue
		}
		told, err := changeMedia(ctx, q, host, id, func(m hawkfish.Machine) hawkfish.Machine { return m.Without(seen[id].Ejected...) })
		if err != nil {
			return nil, err
		}
		events = append(events, told...)
	}
	return events, nil
}

// changeMedia changes what is in the drives of a system of a host, and returns what is to be told of it. Of a system
// that is gone, or elsewhere, there is nothing to tell.
func changeMedia(ctx context.Context, q *db.Queries, host, systemID string, change func(hawkfish.Machine) hawkfish.Machine) ([]hawkfish.Event, error) {
	was, err := found(q.SystemToChange(ctx, db.SystemToChangeParams{ID: systemID, Everything: true, Projects: []string{}}))
	if errors.Is(err, pgx.ErrNoRows) || err == nil && host != "" && was.HostID != host {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	is, err := changeSystem(ctx, q, was, func(s *hawkfish.System) error {
		s.Machine = change(s.Machine)
		return nil
	})
	return mediaEvents(was, is), err
}

// mediaEvents tells what has come into a system's drives, and what has left them.
func mediaEvents(was, is hawkfish.System) []hawkfish.Event {
	var events []hawkfish.Event
	tell := func(kind hawkfish.EventKind, slot hawkfish.MediaSlot, m *hawkfish.Medium) {
		events = append(events, hawkfish.Event{
			ProjectID: is.ProjectID, Origin: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: is.ID, Name: is.Name},
			Kind: kind, Detail: detail(hawkfish.MediaDetail{Slot: slot, URL: m.URL}), At: is.UpdatedAt,
		})
	}
	for _, slot := range hawkfish.MediaSlots {
		before, after := was.Machine.Media[slot].Medium, is.Machine.Media[slot].Medium
		if before != nil && after != nil && before.ID == after.ID {
			continue
		}
		if before != nil {
			tell(hawkfish.EventMediaEjected, slot, before)
		}
		if after != nil {
			tell(hawkfish.EventMediaInserted, slot, after)
		}
	}
	return events
}
