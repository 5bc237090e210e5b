package store

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// ReadEvents returns up to limit events after a sequence number, in order. Numbers may be
// missing, but none that is missing turns up later.
func (s *Store) ReadEvents(ctx context.Context, after int64, limit int) ([]hawkfish.Event, error) {
	return ask(ctx, s, subject{}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Event, error) {
		rows, err := q.ReadEvents(ctx, db.ReadEventsParams{After: after, AtMost: int32(min(limit, math.MaxInt32))})
		if err != nil {
			return nil, err
		}
		events := make([]hawkfish.Event, len(rows))
		for i, row := range rows {
			events[i] = event(row)
		}
		return events, nil
	})
}

// record writes events, and what they say in the logs of systems. It is the last thing a transaction does, because from then on no other can write any.
func record(ctx context.Context, q *db.Queries, events []hawkfish.Event) error {
	if len(events) == 0 {
		return nil
	}
	var p db.InsertEventsParams
	for _, e := range events {
		p.ProjectIds = append(p.ProjectIds, e.ProjectID)
		p.OriginKinds = append(p.OriginKinds, string(e.Origin.Kind))
		p.OriginIds = append(p.OriginIds, e.Origin.ID)
		p.OriginNames = append(p.OriginNames, e.Origin.Name)
		p.Kinds = append(p.Kinds, string(e.Kind))
		p.Details = append(p.Details, string(e.Detail))
		p.Ats = append(p.Ats, e.At)
	}
	sequences, err := q.InsertEvents(ctx, p)
	if err != nil {
		return err
	}
	return writeLogs(ctx, q, events, sequences)
}

// taskEvent tells of a task; its origin is what the task works on.
func taskEvent(kind hawkfish.EventKind, t hawkfish.Task) hawkfish.Event {
	return hawkfish.Event{
		ProjectID: t.ProjectID, Origin: t.Target, Kind: kind,
		Detail: detail(t.Detail()),
	}
}

// powerEvent tells that a system's power has changed, at the time when its host saw it.
func powerEvent(projectID, systemID, name, from, to, cause string, at time.Time) hawkfish.Event {
	return hawkfish.Event{
		ProjectID: projectID, Origin: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: systemID, Name: name},
		Kind: hawkfish.EventPowerChanged, At: at,
		Detail: detail(hawkfish.PowerDetail{From: schemas.PowerState(from), To: schemas.PowerState(to), Cause: hawkfish.PowerCause(cause)}),
	}
}

// detail encodes structs of texts, which cannot fail.
func detail(v any) json.RawMessage {
	text, _ := json.Marshal(v)
	return text
}
