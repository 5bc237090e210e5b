package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindProject takes an ID or a name. NotFound.
func (s *Store) FindProject(ctx context.Context, scope hawkfish.Scope, idOrName string) (hawkfish.Project, error) {
	on := subject{resourceProject, idOrName}
	if !isText(idOrName) {
		return hawkfish.Project{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Project, error) {
		if isID(idOrName) {
			row, err := q.ProjectByID(ctx, db.ProjectByIDParams{ID: idOrName, Everything: scope.All, Projects: held(scope)})
			if !errors.Is(err, pgx.ErrNoRows) {
				return project(row), err
			}
		}
		row, err := q.ProjectByName(ctx, db.ProjectByNameParams{Name: idOrName, Everything: scope.All, Projects: held(scope)})
		return project(row), err
	})
}

// ListProjects orders by creation.
func (s *Store) ListProjects(ctx context.Context, scope hawkfish.Scope) ([]hawkfish.Project, error) {
	return ask(ctx, s, subject{resource: resourceProject}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Project, error) {
		rows, err := q.ListProjects(ctx, db.ListProjectsParams{Everything: scope.All, Projects: held(scope)})
		if err != nil {
			return nil, err
		}
		projects := make([]hawkfish.Project, len(rows))
		for i, row := range rows {
			projects[i] = project(row)
		}
		return projects, nil
	})
}
