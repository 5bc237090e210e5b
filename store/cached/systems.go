package cached

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/projectbeskar/hawkfish"
)

// listing is a page of systems, and how many there are in all.
type listing struct {
	systems []hawkfish.System
	total   int
}

var everything = hawkfish.Scope{All: true}

// FindSystem takes an ID or a name. What is remembered is the row; whether this caller may see it is asked each time.
func (s *Store) FindSystem(ctx context.Context, scope hawkfish.Scope, idOrName string) (hawkfish.System, error) {
	found, err := s.system(ctx, idOrName)
	if err == nil && !scope.Sees(found.ProjectID) {
		return hawkfish.System{}, hawkfish.Missing("ComputerSystem", idOrName)
	}
	return found, err
}

func (s *Store) system(ctx context.Context, idOrName string) (hawkfish.System, error) {
	if found, ok := s.systems.peek(idOrName); ok {
		return found, nil
	}
	if id, ok := s.names.get(idOrName); ok {
		if found, err := s.systemByID(ctx, id); err == nil && found.Name == idOrName {
			return found, nil
		}
		s.names.forget(idOrName)
	}
	if looksLikeID(idOrName) {
		if found, err := s.systemByID(ctx, idOrName); hawkfish.KindOf(err) != hawkfish.NotFound || err == nil {
			return found, err
		}
	}
	found, err := s.Source.FindSystem(ctx, everything, idOrName)
	if err != nil {
		return found, err
	}
	s.names.set(found.Name, found.ID)
	return s.systemByID(ctx, found.ID) // once more, by the key whose changes are told
}

func (s *Store) systemByID(ctx context.Context, id string) (hawkfish.System, error) {
	return s.systems.get(ctx, id, func(ctx context.Context) (hawkfish.System, error) {
		found, err := s.Source.FindSystem(ctx, everything, id)
		if err == nil && found.ID != id { // a name that looks like an ID, or an ID in capitals
			err = hawkfish.Missing("ComputerSystem", id)
		}
		return found, err
	})
}

// looksLikeID spares names the attempt to find them as IDs; UUIDs have this length.
func looksLikeID(s string) bool { return len(s) == 36 }

// ListSystems remembers each page for each scope, until any system changes.
func (s *Store) ListSystems(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) ([]hawkfish.System, int, error) {
	list, err := s.lists.get(ctx, pageKey(scope, page), func(ctx context.Context) (listing, error) {
		systems, total, err := s.Source.ListSystems(ctx, scope, page)
		return listing{slices.Clip(systems), total}, err
	})
	return list.systems, list.total, err
}

func pageKey(scope hawkfish.Scope, page hawkfish.Page) string {
	who := "*"
	if !scope.All {
		who = strings.Join(slices.Sorted(slices.Values(scope.Projects)), ",")
	}
	return strconv.Itoa(page.Skip) + "+" + strconv.Itoa(page.Limit) + " " + who
}

func (s *Store) forgetSystem(id string, deleted bool) {
	was, known := s.systems.forget(id)
	if known && deleted {
		s.names.forget(was.Name)
	}
	s.lists.forgetAll()
}

// forgetTarget forgets what a task works on.
func (s *Store) forgetTarget(target hawkfish.Target) {
	if target.Kind == hawkfish.TargetSystem {
		s.forgetSystem(target.ID, false)
	}
}
