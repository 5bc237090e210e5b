package storetest

import (
	"testing"

	"github.com/projectbeskar/hawkfish"
)

// A stranger sees nothing, and a member sees what its project holds.
func testStrangers(t *testing.T, f Fleet) {
	img := f.imported(t, "debian", "12")
	s := f.Ready(t, "web1", nil)
	task := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	tag := "mine"
	for _, c := range []struct {
		scope hawkfish.Scope
		sees  int
	}{
		{all, 1},
		{hawkfish.Scope{Projects: []string{f.Project}}, 1},
		{hawkfish.Scope{Projects: append([]string{"no id"}, append(nobody.Projects, f.Project)...)}, 1},
		{hawkfish.Scope{}, 0},
		{nobody, 0},
	} {
		found := func(err error) {
			t.Helper()
			if c.sees == 1 {
				ok(t, err)
			} else {
				fails(t, err, hawkfish.NotFound)
			}
		}
		for range 2 { // a cache must not leak what another caller has loaded
			found(failing(f.FindSystem(t.Context(), c.scope, s.ID)))
			found(failing(f.FindSystem(t.Context(), c.scope, s.Name)))
			found(failing(f.FindImage(t.Context(), c.scope, img.ID)))
			found(failing(f.FindImage(t.Context(), c.scope, "debian")))
			found(failing(f.FindImage(t.Context(), c.scope, "debian:12")))
			found(failing(f.FindTask(t.Context(), c.scope, task.ID)))
			found(failing(f.FindProject(t.Context(), c.scope, f.Project)))
			found(failing(f.FindProject(t.Context(), c.scope, hawkfish.DefaultProject)))
			systems, total, err := f.ListSystems(t.Context(), c.scope, hawkfish.Page{})
			ok(t, err)
			equal(t, "systems", []int{len(systems), total}, []int{c.sees, c.sees})
			ids, total, err := f.SystemIDs(t.Context(), c.scope, hawkfish.Page{})
			ok(t, err)
			equal(t, "ids", []int{len(ids), total}, []int{c.sees, c.sees})
			images, total, err := f.ListImages(t.Context(), c.scope, hawkfish.Page{})
			ok(t, err)
			equal(t, "images", []int{len(images), total}, []int{c.sees, c.sees})
			tasks, total, err := f.ListTasks(t.Context(), c.scope, hawkfish.Page{Limit: 1})
			ok(t, err)
			equal(t, "tasks", []int{len(tasks), total}, []int{c.sees, 3 * c.sees})
			equal(t, "projects", len(must(f.ListProjects(t.Context(), c.scope))(t)), c.sees)
		}
		found(failing(Tag(t.Context(), f, c.scope, s.ID, 0, tag)))
		found(failing(f.CancelTask(t.Context(), c.scope, task.ID)))
	}
}
