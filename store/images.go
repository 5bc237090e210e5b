package store

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindImage takes an ID, "name:version", or a name, which means its newest version that is ready. NotFound.
func (s *Store) FindImage(ctx context.Context, scope hawkfish.Scope, ref string) (hawkfish.Image, error) {
	on := subject{resourceImage, ref}
	if !isText(ref) {
		return hawkfish.Image{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Image, error) {
		if isID(ref) {
			row, err := q.ImageByID(ctx, db.ImageByIDParams{ID: ref, Everything: scope.All, Projects: held(scope)})
			if !errors.Is(err, pgx.ErrNoRows) {
				return image(row), err
			}
		}
		if colon := strings.LastIndexByte(ref, ':'); colon >= 0 {
			row, err := q.ImageByVersion(ctx, db.ImageByVersionParams{
				Name: ref[:colon], Version: ref[colon+1:], Everything: scope.All, Projects: held(scope),
			})
			if !errors.Is(err, pgx.ErrNoRows) {
				return image(row), err
			}
		}
		row, err := q.NewestImage(ctx, db.NewestImageParams{Name: ref, Everything: scope.All, Projects: held(scope)})
		return image(row), err
	})
}

type imageList struct {
	images []hawkfish.Image
	total  int
}

// ListImages orders by creation and returns how many there are in all.
func (s *Store) ListImages(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) ([]hawkfish.Image, int, error) {
	list, err := ask(ctx, s, subject{resource: resourceImage}, func(ctx context.Context, q *db.Queries) (imageList, error) {
		rows, err := q.ListImages(ctx, db.ListImagesParams{Everything: scope.All, Projects: held(scope), Skip: int64(page.Skip), AtMost: atMost(page)})
		if err != nil {
			return imageList{}, err
		}
		if len(rows) == 0 {
			total, err := q.CountImages(ctx, db.CountImagesParams{Everything: scope.All, Projects: held(scope)})
			return imageList{total: int(total)}, err
		}
		list := imageList{images: make([]hawkfish.Image, len(rows)), total: int(rows[0].Total)}
		for i, row := range rows {
			list.images[i] = image(row.Image)
		}
		return list, nil
	})
	return list.images, list.total, err
}

func insertImage(ctx context.Context, q *db.Queries, i hawkfish.Image) (hawkfish.Image, error) {
	row, err := q.InsertImage(ctx, db.InsertImageParams{
		ID: i.ID, ProjectID: i.ProjectID, Name: i.Name, Version: i.Version, URL: i.URL, SHA256: i.SHA256,
		Format: string(i.Format), Phase: string(hawkfish.ImageImporting),
	})
	return image(row), err
}
