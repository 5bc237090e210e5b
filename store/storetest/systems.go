package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

func testFindSystem(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	equal(t, "by ID", must(f.FindSystem(t.Context(), all, s.ID))(t), s)
	equal(t, "by name", must(f.FindSystem(t.Context(), all, "web1"))(t), s)
	equal(t, "phase", s.Phase, hawkfish.PhaseReady)
	fails(t, failing(f.FindSystem(t.Context(), all, "web2")), hawkfish.NotFound)
	fails(t, failing(f.FindSystem(t.Context(), all, uuid.NewString())), hawkfish.NotFound)

	named := f.Ready(t, uuid.NewString(), nil) // a name may look like an ID
	equal(t, "by a name like an ID", must(f.FindSystem(t.Context(), all, named.Name))(t), named)
}

func testListSystems(t *testing.T, f Fleet) {
	var want []string
	for _, name := range []string{"c", "a", "b"} {
		f.Provisioning(t, name, nil)
		want = append(want, name)
	}
	for _, page := range []struct {
		hawkfish.Page
		want []string
	}{
		{hawkfish.Page{}, want},
		{hawkfish.Page{Limit: 2}, want[:2]},
		{hawkfish.Page{Skip: 2, Limit: 2}, want[2:]},
		{hawkfish.Page{Skip: 1}, want[1:]},
		{hawkfish.Page{Skip: 9, Limit: 1}, nil},
	} {
		systems, total, err := f.ListSystems(t.Context(), all, page.Page)
		ok(t, err)
		var names []string
		for _, s := range systems {
			names = append(names, s.Name)
		}
		equal(t, "names", names, page.want)
		equal(t, "total", total, 3)
		ids, total, err := f.SystemIDs(t.Context(), all, page.Page)
		ok(t, err)
		for i, s := range systems {
			equal(t, "id", ids[i], s.ID)
		}
		equal(t, "ids", []int{len(ids), total}, []int{len(systems), 3})
	}
}

func testFilterSystems(t *testing.T, f Fleet) {
	var made []hawkfish.System
	for _, name := range []string{"c", "a", "b"} {
		made = append(made, f.Ready(t, name, nil))
	}
	tag, none, nul := "rack 4", "none", "a\x00"
	made[1] = must(Tag(t.Context(), f, all, made[1].ID, 0, tag))(t)
	ready, deleting := hawkfish.PhaseReady, hawkfish.PhaseDeleting
	on := made[0].Power
	for name, c := range map[string]struct {
		hawkfish.SystemFilter
		want []hawkfish.System
	}{
		"any":           {hawkfish.SystemFilter{}, made},
		"name":          {hawkfish.SystemFilter{Name: &made[2].Name}, made[2:]},
		"tag":           {hawkfish.SystemFilter{AssetTag: &tag}, made[1:2]},
		"power":         {hawkfish.SystemFilter{Power: &on}, made},
		"phase":         {hawkfish.SystemFilter{Phase: &ready}, made},
		"other phase":   {hawkfish.SystemFilter{Phase: &deleting}, nil},
		"project":       {hawkfish.SystemFilter{ProjectID: &made[0].ProjectID}, made},
		"other project": {hawkfish.SystemFilter{ProjectID: &none}, nil},
		"other host":    {hawkfish.SystemFilter{HostID: &none}, nil},
		"two":           {hawkfish.SystemFilter{AssetTag: &tag, Name: &made[1].Name}, made[1:2]},
		"no text":       {hawkfish.SystemFilter{Name: &nul}, nil},
	} {
		ids, total, err := f.SystemIDsWith(t.Context(), all, c.SystemFilter, hawkfish.Page{})
		ok(t, err)
		var want []string
		for _, s := range c.want {
			want = append(want, s.ID)
		}
		equal(t, name, ids, want)
		equal(t, name+": total", total, len(c.want))
	}
	ids, total, err := f.SystemIDsWith(t.Context(), all, hawkfish.SystemFilter{Phase: &ready}, hawkfish.Page{Skip: 9, Limit: 2})
	ok(t, err)
	equal(t, "past the end", []int{len(ids), total}, []int{0, 3})
	ids, total, err = f.SystemIDsWith(t.Context(), hawkfish.Scope{}, hawkfish.SystemFilter{}, hawkfish.Page{})
	ok(t, err)
	equal(t, "a stranger", []int{len(ids), total}, []int{0, 0})
}

func testUpdateSystem(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	tag := "rack 4"
	changed := must(Tag(t.Context(), f, all, s.ID, s.Revision, tag))(t)
	equal(t, "tag", changed.AssetTag, tag)
	equal(t, "revision", changed.Revision, s.Revision+1)
	equal(t, "found", must(f.FindSystem(t.Context(), all, s.ID))(t), changed)

	fails(t, failing(Tag(t.Context(), f, all, s.ID, s.Revision, tag)), hawkfish.Stale)
	same := must(Tag(t.Context(), f, all, s.ID, 0, tag))(t)
	equal(t, "unchanged", same, changed)
	fails(t, failing(Tag(t.Context(), f, all, uuid.NewString(), 0, tag)), hawkfish.NotFound)
}

func testNamesAreUnique(t *testing.T, f Fleet) {
	first, _ := f.Provisioning(t, "web1", func(s *hawkfish.System) { s.MAC = "52:54:00:00:00:01" })
	second := first
	second.ID, second.MAC = uuid.NewString(), ""
	fault := fails(t, failing(f.CreateSystem(t.Context(), second, f.Wish(hawkfish.OpProvision, hawkfish.Target{}))), hawkfish.Exists)
	equal(t, "fault", []string{fault.Resource, fault.Property, fault.Value}, []string{"ComputerSystem", "/Name", "web1"})

	second.Name, second.MAC = "web2", first.MAC
	fault = fails(t, failing(f.CreateSystem(t.Context(), second, f.Wish(hawkfish.OpProvision, hawkfish.Target{}))), hawkfish.Exists)
	equal(t, "fault", []string{fault.Property, fault.Value}, []string{"/MAC", first.MAC})

	_, tasks, err := f.ListTasks(t.Context(), all, hawkfish.Page{})
	ok(t, err)
	equal(t, "tasks", tasks, 1) // what was refused has left none
}

// What PostgreSQL cannot hold names nothing.
func testOddNames(t *testing.T, f Fleet) {
	for _, name := range []string{"", "\x00", "a\x00b", "\xff", "ü", "'; drop table systems", "{00000000-0000-0000-0000-000000000000}"} {
		fails(t, failing(f.FindSystem(t.Context(), all, name)), hawkfish.NotFound)
		fails(t, failing(f.FindImage(t.Context(), all, name)), hawkfish.NotFound)
		fails(t, failing(f.FindHost(t.Context(), name)), hawkfish.NotFound)
		fails(t, failing(f.FindTask(t.Context(), all, name)), hawkfish.NotFound)
		fails(t, failing(f.FindAccount(t.Context(), name)), hawkfish.NotFound)
		fails(t, failing(f.FindAccountByName(t.Context(), name)), hawkfish.NotFound)
		fails(t, failing(f.FindSession(t.Context(), name)), hawkfish.NotFound)
		fails(t, failing(f.FindSessionByToken(t.Context(), []byte(name))), hawkfish.NotFound)
		fails(t, failing(f.FindProject(t.Context(), all, name)), hawkfish.NotFound)
		fails(t, failing(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, hawkfish.Target{Kind: hawkfish.TargetSystem, ID: name}))), hawkfish.NotFound)
		fails(t, failing(f.PlaceSystem(t.Context(), name)), hawkfish.NotFound)
		fails(t, f.MarkDispatched(t.Context(), name), hawkfish.NotFound)
		fails(t, f.CloseSession(t.Context(), name), hawkfish.NotFound)
	}
}
