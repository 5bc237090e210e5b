package store

import (
	"context"
	"encoding/json"
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
				return projectOr(row, err)
			}
		}
		return projectOr(q.ProjectByName(ctx, db.ProjectByNameParams{Name: idOrName, Everything: scope.All, Projects: held(scope)}))
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
			if projects[i], err = project(row); err != nil {
				return nil, err
			}
		}
		return projects, nil
	})
}

// CreateProject makes an ID when it is empty. Exists when the name is taken.
func (s *Store) CreateProject(ctx context.Context, p hawkfish.Project) (hawkfish.Project, error) {
	p.ID = newID(p.ID)
	labels, quotas, err := encodeProject(p.Labels, &p.Quotas)
	if err != nil {
		return hawkfish.Project{}, err
	}
	return ask(ctx, s, subject{resourceProject, p.Name}, func(ctx context.Context, q *db.Queries) (hawkfish.Project, error) {
		return projectOr(q.InsertProject(ctx, db.InsertProjectParams{
			ID: p.ID, Name: p.Name, Description: p.Description, Labels: orEmpty(labels), Quotas: orEmpty(quotas),
		}))
	})
}

// UpdateProject changes a project. Stale, NotFound, Exists.
func (s *Store) UpdateProject(ctx context.Context, scope hawkfish.Scope, id string, revision int64, upd hawkfish.ProjectUpdate) (hawkfish.Project, error) {
	on := subject{resourceProject, id}
	if !isID(id) {
		return hawkfish.Project{}, on.missing()
	}
	labels, quotas, err := encodeProject(upd.Labels, upd.Quotas)
	if err != nil {
		return hawkfish.Project{}, err
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Project, error) {
		row, err := q.UpdateProject(ctx, db.UpdateProjectParams{
			ID: id, Expected: revision, Everything: scope.All, Projects: held(scope),
			Name: upd.Name, Description: upd.Description, Labels: labels, Quotas: quotas,
		})
		if errors.Is(err, pgx.ErrNoRows) {
			err = stale(ctx, on, q.ProjectByID, db.ProjectByIDParams{ID: id, Everything: scope.All, Projects: held(scope)})()
		}
		return projectOr(row, err)
	})
}

// DeleteProject removes a project and its memberships. Stale, NotFound; Conflict while it owns something.
func (s *Store) DeleteProject(ctx context.Context, scope hawkfish.Scope, id string, revision int64) error {
	on := subject{resourceProject, id}
	if !isID(id) {
		return on.missing()
	}
	_, err := ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (int64, error) {
		met, err := q.DeleteProject(ctx, db.DeleteProjectParams{ID: id, Expected: revision, Everything: scope.All, Projects: held(scope)})
		if err == nil && met == 0 {
			err = stale(ctx, on, q.ProjectByID, db.ProjectByIDParams{ID: id, Everything: scope.All, Projects: held(scope)})()
		}
		return met, err
	})
	return err
}

// projectOr turns a row, if there is one, into a project.
func projectOr(row db.Project, err error) (hawkfish.Project, error) {
	if err != nil {
		return hawkfish.Project{}, err
	}
	return project(row)
}

// encodeProject encodes what a project keeps as JSON; nil for what is not to be changed.
func encodeProject(labels map[string]string, quotas *hawkfish.Quotas) (labelText, quotaText []byte, err error) {
	if labels != nil {
		if labelText, err = json.Marshal(labels); err != nil {
			return nil, nil, err
		}
	}
	if quotas != nil && *quotas != nil {
		quotaText, err = json.Marshal(*quotas)
	}
	return labelText, quotaText, err
}

func orEmpty(object []byte) []byte {
	if object == nil {
		return []byte("{}")
	}
	return object
}
