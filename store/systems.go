package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindSystem takes an ID or a name. NotFound.
func (s *Store) FindSystem(ctx context.Context, scope hawkfish.Scope, idOrName string) (hawkfish.System, error) {
	on := subject{resourceSystem, idOrName}
	if !isText(idOrName) {
		return hawkfish.System{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.System, error) {
		if isID(idOrName) {
			row, err := q.SystemByID(ctx, db.SystemByIDParams{ID: idOrName, Everything: scope.All, Projects: held(scope)})
			if !errors.Is(err, pgx.ErrNoRows) {
				return found(row, err)
			}
		}
		row, err := q.SystemByName(ctx, db.SystemByNameParams{Name: idOrName, Everything: scope.All, Projects: held(scope)})
		return found(row, err)
	})
}

func found(row db.System, err error) (hawkfish.System, error) {
	if err != nil {
		return hawkfish.System{}, err
	}
	return system(row)
}

type systemList struct {
	systems []hawkfish.System
	total   int
}

// ListSystems orders by creation and returns how many there are in all.
func (s *Store) ListSystems(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) ([]hawkfish.System, int, error) {
	list, err := ask(ctx, s, subject{resource: resourceSystem}, func(ctx context.Context, q *db.Queries) (systemList, error) {
		rows, err := q.ListSystems(ctx, db.ListSystemsParams{Everything: scope.All, Projects: held(scope), Skip: int64(page.Skip), AtMost: atMost(page)})
		if err != nil {
			return systemList{}, err
		}
		if len(rows) == 0 {
			total, err := q.CountSystems(ctx, db.CountSystemsParams{Everything: scope.All, Projects: held(scope)})
			return systemList{total: int(total)}, err
		}
		list := systemList{systems: make([]hawkfish.System, len(rows)), total: int(rows[0].Total)}
		for i, row := range rows {
			if list.systems[i], err = system(row.System); err != nil {
				return systemList{}, err
			}
		}
		return list, nil
	})
	return list.systems, list.total, err
}

// SystemIDs orders by creation and returns how many there are in all.
func (s *Store) SystemIDs(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) (ids []string, total int, err error) {
	total, err = ask(ctx, s, subject{resource: resourceSystem}, func(ctx context.Context, q *db.Queries) (int, error) {
		rows, err := q.SystemIDs(ctx, db.SystemIDsParams{Everything: scope.All, Projects: held(scope), Skip: int64(page.Skip), AtMost: atMost(page)})
		if err != nil {
			return 0, err
		}
		if len(rows) == 0 {
			total, err := q.CountSystems(ctx, db.CountSystemsParams{Everything: scope.All, Projects: held(scope)})
			return int(total), err
		}
		ids = make([]string, len(rows))
		for i, row := range rows {
			ids[i] = row.ID
		}
		return int(rows[0].Total), nil
	})
	return ids, total, err
}

// TakenNames returns those of the names that systems have.
func (s *Store) TakenNames(ctx context.Context, names []string) ([]string, error) {
	return ask(ctx, s, subject{resource: resourceSystem}, func(ctx context.Context, q *db.Queries) ([]string, error) {
		return q.TakenNames(ctx, names)
	})
}

// Identities returns those of the systems that have one of the IDs, names or MACs.
func (s *Store) Identities(ctx context.Context, ids, names, macs []string) ([]hawkfish.Identity, error) {
	return ask(ctx, s, subject{resource: resourceSystem}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Identity, error) {
		rows, err := q.SystemsThatAre(ctx, db.SystemsThatAreParams{Ids: ids, Names: names, Macs: macs})
		found := make([]hawkfish.Identity, len(rows))
		for i, row := range rows {
			found[i] = hawkfish.Identity(row)
		}
		return found, err
	})
}
