package cached

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/projectbeskar/hawkfish"
)

// listing is a page of the systems' IDs, and how many there are in all.
type listing struct {
	ids   []string
	total int
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

// SystemIDs remembers each page for each scope, until a system comes or goes.
func (s *Store) SystemIDs(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) ([]string, int, error) {
	list, err := s.lists.get(ctx, pageKey(scope, page), func(ctx context.Context) (listing, error) {
		ids, total, err := s.Source.SystemIDs(ctx, scope, page)
		return listing{slices.Clip(ids), total}, err
	})
	return list.ids, list.total, err
}

func pageKey(scope hawkfish.Scope, page hawkfish.Page) string {
	who := "*"
	if !scope.All {
		who = strings.Join(slices.Sorted(slices.Values(scope.Projects)), ",")
	}
	return strconv.Itoa(page.Skip) + "+" + strconv.Itoa(page.Limit) + " " + who
}

// forgetSystem forgets one system; the lists of IDs stay as they are.
func (s *Store) forgetSystem(id string, deleted bool) {
	was, known := s.systems.forget(id)
	if known && deleted {
		s.names.forget(was.Name)
	}
}

// forgetTarget forgets what a task works on, and that it is there, where it may have come or gone with the task.
func (s *Store) forgetTarget(t hawkfish.Task) {
	if t.Target.Kind != hawkfish.TargetSystem {
		return
	}
	s.forgetSystem(t.Target.ID, false)
	if t.Operation != hawkfish.OpReset {
		s.lists.forgetAll()
	}
}
