package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindRole takes an ID. NotFound.
func (s *Store) FindRole(ctx context.Context, id string) (hawkfish.Role, error) {
	on := subject{resourceRole, id}
	if !isText(id) {
		return hawkfish.Role{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Role, error) {
		row, err := q.RoleByID(ctx, id)
		return role(row), err
	})
}

// ListRoles lists the predefined ones first.
func (s *Store) ListRoles(ctx context.Context) ([]hawkfish.Role, error) {
	return ask(ctx, s, subject{resource: resourceRole}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Role, error) {
		rows, err := q.ListRoles(ctx)
		roles := make([]hawkfish.Role, len(rows))
		for i, row := range rows {
			roles[i] = role(row)
		}
		return roles, err
	})
}

// CreateRole returns Exists when there is one of this ID.
func (s *Store) CreateRole(ctx context.Context, r hawkfish.Role) (hawkfish.Role, error) {
	return ask(ctx, s, subject{resourceRole, r.ID}, func(ctx context.Context, q *db.Queries) (hawkfish.Role, error) {
		row, err := q.InsertRole(ctx, db.InsertRoleParams{ID: r.ID, Privileges: names(r.Privileges)})
		return role(row), err
	})
}

// UpdateRole changes what a role may. Stale, NotFound; Denied for a predefined one.
func (s *Store) UpdateRole(ctx context.Context, id string, revision int64, privileges []schemas.Privilege) (hawkfish.Role, error) {
	on := subject{resourceRole, id}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Role, error) {
		row, err := q.UpdateRole(ctx, db.UpdateRoleParams{ID: id, Expected: revision, Privileges: names(privileges)})
		if errors.Is(err, pgx.ErrNoRows) {
			err = untouched(ctx, q, on)
		}
		return role(row), err
	})
}

// DeleteRole fails as UpdateRole does; Conflict while an account has the role.
func (s *Store) DeleteRole(ctx context.Context, id string, revision int64) error {
	on := subject{resourceRole, id}
	_, err := ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (int64, error) {
		met, err := q.DeleteRole(ctx, db.DeleteRoleParams{ID: id, Expected: revision})
		if err == nil && met == 0 {
			err = untouched(ctx, q, on)
		}
		return met, err
	})
	return err
}

// untouched tells why a role was not changed.
func untouched(ctx context.Context, q *db.Queries, on subject) error {
	row, err := q.RoleByID(ctx, on.id)
	switch {
	case err != nil:
		return err
	case row.Predefined:
		return &hawkfish.Error{Kind: hawkfish.Denied, Resource: resourceRole, ID: on.id, Message: "a predefined role cannot be changed"}
	}
	return &hawkfish.Error{Kind: hawkfish.Stale, Resource: resourceRole, ID: on.id}
}

func role(r db.Role) hawkfish.Role {
	return hawkfish.Role{
		ID: r.ID, Predefined: r.Predefined, Privileges: privileges(r.Privileges),
		Revision: r.Revision, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
}

func privileges(names []string) []schemas.Privilege {
	all := make([]schemas.Privilege, len(names))
	for i, name := range names {
		all[i] = schemas.Privilege(name)
	}
	return all
}

func names(all []schemas.Privilege) []string {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = string(p)
	}
	return texts
}
