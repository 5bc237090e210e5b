package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

const resourceMigration = "Migration"

// BeginMigration notes that a system is on its way.
func (s *Store) BeginMigration(ctx context.Context, m hawkfish.Migration) error {
	on := subject{resourceSystem, m.SystemID}
	if !isID(m.ID) || !isID(m.SystemID) {
		return on.missing()
	}
	plan, err := json.Marshal(m.Plan)
	if err != nil {
		return failure(err, on)
	}
	_, err = transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		left, err := q.HasLeftover(ctx, db.HasLeftoverParams{HostID: m.To, SystemID: m.SystemID})
		if err == nil && left {
			err = &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceHost, ID: m.To, Message: "the host has not yet let go of what it has of the system from before"}
		}
		if err != nil {
			return struct{}{}, err
		}
		moving, err := found(q.SystemToPlace(ctx, m.SystemID))
		if err != nil {
			return struct{}{}, err
		}
		began, err := q.BeginMigration(ctx, db.BeginMigrationParams{
			ID: m.ID, SystemID: m.SystemID, SystemName: moving.Name, ProjectID: moving.ProjectID, FromHost: m.From, ToHost: m.To,
			Plan: plan, Shared: m.Shared, Requester: m.Requester,
		})
		if err != nil || began == 0 {
			return struct{}{}, err
		}
		return struct{}{}, record(ctx, q, []hawkfish.Event{migrationEvent(hawkfish.EventSystemMigrating, moving, m)})
	})
	return err
}

func migrationEvent(kind hawkfish.EventKind, s hawkfish.System, m hawkfish.Migration) hawkfish.Event {
	return hawkfish.Event{
		ProjectID: s.ProjectID, Origin: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: s.ID, Name: s.Name}, Kind: kind,
		Detail: detail(hawkfish.MigrationDetail{TaskID: m.ID, From: m.From, To: m.To}),
	}
}

// CommitMigration records that a system is at its new host. The guest is there: that is a fact, and not to be refused.
func (s *Store) CommitMigration(ctx context.Context, id string) error {
	on := subject{resourceMigration, id}
	if !isID(id) {
		return on.missing()
	}
	_, err := transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		if err := q.LockPlacement(ctx); err != nil {
			return struct{}{}, err
		}
		row, err := q.MigrationByID(ctx, db.MigrationByIDParams{ID: id, Everything: true, Projects: []string{}})
		if err != nil {
			return struct{}{}, err
		}
		m, err := migration(row)
		if err != nil {
			return struct{}{}, err
		}
		moved, err := found(q.SystemToPlace(ctx, m.SystemID))
		if err != nil {
			return struct{}{}, err
		}
		if n, err := q.MigrationMoved(ctx, id); err != nil || n == 0 {
			return struct{}{}, err
		}
		if _, err := q.DropReservation(ctx, m.SystemID); err != nil {
			return struct{}{}, err
		}
		if err := part(ctx, q, m.SystemID, m.From, m.To); err != nil {
			return struct{}{}, err
		}
		if err := q.MoveToHost(ctx, db.MoveToHostParams{ID: m.SystemID, HostID: &m.To}); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, record(ctx, q, []hawkfish.Event{migrationEvent(hawkfish.EventSystemMigrated, moved, m)})
	})
	return err
}

// NoteMigration stores what a migration has taken.
func (s *Store) NoteMigration(ctx context.Context, id string, r hawkfish.MigrationResult) error {
	on := subject{resourceMigration, id}
	if !isID(id) {
		return on.missing()
	}
	text, err := json.Marshal(r)
	if err != nil {
		return failure(err, on)
	}
	_, err = ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, q.MigrationResult(ctx, db.MigrationResultParams{ID: id, Result: text})
	})
	return err
}

// endsMigration closes the history's entry with its task. A task that has moved nothing has none.
func endsMigration(as hawkfish.MigrationState) func(context.Context, *db.Queries, hawkfish.Task, *hawkfish.ImageFacts) error {
	return func(ctx context.Context, q *db.Queries, t hawkfish.Task, _ *hawkfish.ImageFacts) error {
		if _, err := q.DropReservation(ctx, t.Target.ID); err != nil {
			return err
		}
		return q.EndMigration(ctx, db.EndMigrationParams{ID: t.ID, State: string(as)})
	}
}

// FindMigration reads one migration.
func (s *Store) FindMigration(ctx context.Context, scope hawkfish.Scope, id string) (hawkfish.Migration, error) {
	on := subject{resourceMigration, id}
	if !isID(id) {
		return hawkfish.Migration{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Migration, error) {
		row, err := q.MigrationByID(ctx, db.MigrationByIDParams{ID: id, Everything: scope.All, Projects: held(scope)})
		if err != nil {
			return hawkfish.Migration{}, err
		}
		return migration(row)
	})
}

// MigrationIDs lists the newest first.
func (s *Store) MigrationIDs(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) ([]string, int, error) {
	n := narrowing[db.MigrationIDsRow]{
		resource: resourceMigration,
		run: func(ctx context.Context, q *db.Queries, skip int64, atMost *int64) ([]db.MigrationIDsRow, error) {
			return q.MigrationIDs(ctx, db.MigrationIDsParams{Everything: scope.All, Projects: held(scope), Skip: skip, AtMost: atMost})
		},
		read: func(r db.MigrationIDsRow) (string, int64) { return r.ID, r.Total },
	}
	return n.list(ctx, s, page)
}

func migration(r db.Migration) (hawkfish.Migration, error) {
	m := hawkfish.Migration{
		ID: r.ID, SystemID: r.SystemID, SystemName: r.SystemName, ProjectID: r.ProjectID, From: r.FromHost, To: r.ToHost, Shared: r.Shared,
		State: hawkfish.MigrationState(r.State), Requester: r.Requester, StartedAt: r.CreatedAt, Revision: r.Revision,
	}
	if r.MovedAt != nil {
		m.MovedAt = *r.MovedAt
	}
	if r.EndedAt != nil {
		m.EndedAt = *r.EndedAt
	}
	return m, errors.Join(json.Unmarshal(r.Plan, &m.Plan), json.Unmarshal(r.Result, &m.Result))
}
