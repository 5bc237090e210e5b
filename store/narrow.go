package store

import (
	"context"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// This file lists what filters let pass: the IDs alone, and how many there are in all.

// SystemIDsWith lists in the order of creation.
func (s *Store) SystemIDsWith(ctx context.Context, scope hawkfish.Scope, f hawkfish.SystemFilter, page hawkfish.Page) ([]string, int, error) {
	with := db.SystemIDsWithParams{
		Everything: scope.All, Projects: held(scope),
		Name: f.Name, AssetTag: f.AssetTag, HostID: f.HostID, ProjectID: f.ProjectID, Power: (*string)(f.Power), Phase: (*string)(f.Phase), Adopted: f.Adopted,
	}
	n := narrowing[db.SystemIDsWithRow]{
		resource: resourceSystem, values: []*string{with.Name, with.AssetTag, with.HostID, with.ProjectID, with.Power, with.Phase},
		run: func(ctx context.Context, q *db.Queries, skip int64, atMost *int64) ([]db.SystemIDsWithRow, error) {
			with.Skip, with.AtMost = skip, atMost
			return q.SystemIDsWith(ctx, with)
		},
		read: func(r db.SystemIDsWithRow) (string, int64) { return r.ID, r.Total },
	}
	return n.list(ctx, s, page)
}

// TaskIDsWith lists newest first.
func (s *Store) TaskIDsWith(ctx context.Context, scope hawkfish.Scope, f hawkfish.TaskFilter, page hawkfish.Page) ([]string, int, error) {
	with := db.TaskIDsWithParams{
		Everything: scope.All, Projects: held(scope), State: (*string)(f.State), Operation: (*string)(f.Operation),
		TargetID: f.TargetID, TargetName: f.TargetName, Requester: f.Requester,
	}
	n := narrowing[db.TaskIDsWithRow]{
		resource: resourceTask, values: []*string{with.State, with.Operation, with.TargetID, with.TargetName, with.Requester},
		run: func(ctx context.Context, q *db.Queries, skip int64, atMost *int64) ([]db.TaskIDsWithRow, error) {
			with.Skip, with.AtMost = skip, atMost
			return q.TaskIDsWith(ctx, with)
		},
		read: func(r db.TaskIDsWithRow) (string, int64) { return r.ID, r.Total },
	}
	return n.list(ctx, s, page)
}

// ImageIDsWith lists in the order of creation.
func (s *Store) ImageIDsWith(ctx context.Context, scope hawkfish.Scope, f hawkfish.ImageFilter, page hawkfish.Page) ([]string, int, error) {
	with := db.ImageIDsWithParams{
		Everything: scope.All, Projects: held(scope), Name: f.Name, Version: f.Version, SHA256: f.SHA256,
		Format: (*string)(f.Format), Phase: (*string)(f.Phase), ProjectID: f.ProjectID,
	}
	n := narrowing[db.ImageIDsWithRow]{
		resource: resourceImage, values: []*string{with.Name, with.Version, with.SHA256, with.Format, with.Phase, with.ProjectID},
		run: func(ctx context.Context, q *db.Queries, skip int64, atMost *int64) ([]db.ImageIDsWithRow, error) {
			with.Skip, with.AtMost = skip, atMost
			return q.ImageIDsWith(ctx, with)
		},
		read: func(r db.ImageIDsWithRow) (string, int64) { return r.ID, r.Total },
	}
	return n.list(ctx, s, page)
}

// narrowing is a query whose rows each tell how many there are before a page is cut out.
type narrowing[Row any] struct {
	resource string
	values   []*string // that rows are compared with; nil: any
	run      func(ctx context.Context, q *db.Queries, skip int64, atMost *int64) ([]Row, error)
	read     func(Row) (id string, total int64)
}

func (n narrowing[Row]) list(ctx context.Context, s *Store, page hawkfish.Page) (ids []string, total int, err error) {
	if slices.ContainsFunc(n.values, func(v *string) bool { return v != nil && !isText(*v) }) {
		return nil, 0, nil // nothing has a value that cannot be in the database
	}
	total, err = ask(ctx, s, subject{resource: n.resource}, func(ctx context.Context, q *db.Queries) (int, error) {
		ids = nil
		rows, err := n.run(ctx, q, int64(page.Skip), atMost(page))
		if err != nil || len(rows) == 0 && page.Skip == 0 {
			return 0, err
		}
		if len(rows) == 0 { // past the end: no row tells how many there are
			one := int64(1)
			if rows, err = n.run(ctx, q, 0, &one); err != nil || len(rows) == 0 {
				return 0, err
			}
			_, total := n.read(rows[0])
			return int(total), nil
		}
		var total int64
		ids = make([]string, len(rows))
		for i, row := range rows {
			ids[i], total = n.read(row)
		}
		return int(total), nil
	})
	return ids, total, err
}
