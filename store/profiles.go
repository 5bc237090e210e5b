package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindProfile takes an ID or a name. NotFound; Conflict when several projects in scope have one of that name.
func (s *Store) FindProfile(ctx context.Context, scope hawkfish.Scope, idOrName string) (hawkfish.Profile, error) {
	on := subject{resourceProfile, idOrName}
	if !isText(idOrName) {
		return hawkfish.Profile{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Profile, error) {
		if isID(idOrName) {
			row, err := q.ProfileByID(ctx, db.ProfileByIDParams{ID: idOrName, Everything: scope.All, Projects: held(scope)})
			if !errors.Is(err, pgx.ErrNoRows) {
				return profileOr(row, err)
			}
		}
		rows, err := q.ProfilesByName(ctx, db.ProfilesByNameParams{Name: idOrName, Everything: scope.All, Projects: held(scope)})
		switch {
		case err != nil:
			return hawkfish.Profile{}, err
		case len(rows) == 0:
			return hawkfish.Profile{}, on.missing()
		case len(rows) > 1:
			return hawkfish.Profile{}, &hawkfish.Error{
				Kind: hawkfish.Conflict, Resource: resourceProfile, ID: idOrName, Message: "several projects have a profile of this name; say its Id",
			}
		}
		return profile(rows[0])
	})
}

type profileList struct {
	profiles []hawkfish.Profile
	total    int
}

// ListProfiles orders by creation and returns how many there are in all.
func (s *Store) ListProfiles(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) ([]hawkfish.Profile, int, error) {
	list, err := ask(ctx, s, subject{resource: resourceProfile}, func(ctx context.Context, q *db.Queries) (profileList, error) {
		rows, err := q.ListProfiles(ctx, db.ListProfilesParams{Everything: scope.All, Projects: held(scope), Skip: int64(page.Skip), AtMost: atMost(page)})
		if err != nil {
			return profileList{}, err
		}
		if len(rows) == 0 {
			total, err := q.CountProfiles(ctx, db.CountProfilesParams{Everything: scope.All, Projects: held(scope)})
			return profileList{total: int(total)}, err
		}
		list := profileList{profiles: make([]hawkfish.Profile, len(rows)), total: int(rows[0].Total)}
		for i, row := range rows {
			if list.profiles[i], err = profile(row.Profile); err != nil {
				return profileList{}, err
			}
		}
		return list, nil
	})
	return list.profiles, list.total, err
}

// CreateProfile makes an ID when it is empty. Exists when the project has one of this name; NotFound when the project is missing.
func (s *Store) CreateProfile(ctx context.Context, p hawkfish.Profile) (hawkfish.Profile, error) {
	p.ID = newID(p.ID)
	labels, err := labelText(p.Labels)
	if err != nil {
		return p, err
	}
	return ask(ctx, s, subject{resourceProfile, p.Name}, func(ctx context.Context, q *db.Queries) (hawkfish.Profile, error) {
		return profileOr(q.InsertProfile(ctx, db.InsertProfileParams{
			ID: p.ID, ProjectID: p.ProjectID, Name: p.Name, CPUs: int32(p.CPUs), MemoryMiB: p.MemoryMiB, DiskGiB: p.DiskGiB,
			Image: p.Image, Network: p.Network, BootPrimary: string(p.Primary), Firmware: string(p.Firmware), Labels: labels,
		}))
	})
}

// UpdateProfile returns Stale when revision is not the stored one; 0 matches any. NotFound, Exists.
func (s *Store) UpdateProfile(ctx context.Context, scope hawkfish.Scope, id string, revision int64, change hawkfish.ProfileChange) (hawkfish.Profile, error) {
	on := subject{resourceProfile, id}
	if !isID(id) {
		return hawkfish.Profile{}, on.missing()
	}
	return transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Profile, error) {
		p, err := profileOr(q.ProfileToChange(ctx, db.ProfileToChangeParams{ID: id, Everything: scope.All, Projects: held(scope)}))
		if err != nil {
			return p, err
		}
		if revision != 0 && revision != p.Revision {
			return p, &hawkfish.Error{Kind: hawkfish.Stale, Resource: resourceProfile, ID: id}
		}
		if err := change(&p); err != nil {
			return p, err
		}
		labels, err := labelText(p.Labels)
		if err != nil {
			return p, err
		}
		return profileOr(q.ChangeProfile(ctx, db.ChangeProfileParams{
			ID: id, Name: p.Name, CPUs: int32(p.CPUs), MemoryMiB: p.MemoryMiB, DiskGiB: p.DiskGiB,
			Image: p.Image, Network: p.Network, BootPrimary: string(p.Primary), Firmware: string(p.Firmware), Labels: labels,
		}))
	})
}

// DeleteProfile forgets a profile; systems made from it stay as they are. Stale, NotFound.
func (s *Store) DeleteProfile(ctx context.Context, scope hawkfish.Scope, id string, revision int64) error {
	on := subject{resourceProfile, id}
	if !isID(id) {
		return on.missing()
	}
	_, err := ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (int64, error) {
		met, err := q.DeleteProfile(ctx, db.DeleteProfileParams{ID: id, Expected: revision, Everything: scope.All, Projects: held(scope)})
		if err == nil && met == 0 {
			err = stale(ctx, on, q.ProfileByID, db.ProfileByIDParams{ID: id, Everything: scope.All, Projects: held(scope)})()
		}
		return met, err
	})
	return err
}

// profileOr turns a row, if there is one, into a profile.
func profileOr(row db.Profile, err error) (hawkfish.Profile, error) {
	if err != nil {
		return hawkfish.Profile{}, err
	}
	return profile(row)
}

func profile(r db.Profile) (hawkfish.Profile, error) {
	p := hawkfish.Profile{
		ID: r.ID, ProjectID: r.ProjectID, Name: r.Name, CPUs: int(r.CPUs), MemoryMiB: r.MemoryMiB, DiskGiB: r.DiskGiB,
		Image: r.Image, Network: r.Network, Primary: schemas.BootSource(r.BootPrimary), Firmware: schemas.BootSourceOverrideMode(r.Firmware),
		Revision: r.Revision, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
	return p, json.Unmarshal(r.Labels, &p.Labels)
}

func labelText(labels map[string]string) (json.RawMessage, error) {
	if labels == nil {
		return json.RawMessage("{}"), nil
	}
	return json.Marshal(labels)
}
