package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func testFilterTasks(t *testing.T, f Fleet) {
	s, other := f.Ready(t, "web1", nil), f.Ready(t, "web2", nil)
	first := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	second := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	waiting, nul := schemas.TaskStatePending, "a\x00"
	reset, made := hawkfish.OpReset, hawkfish.OpProvision
	none := uuid.NewString()
	for name, c := range map[string]struct {
		hawkfish.TaskFilter
		want []string // nil: not compared
		n    int
	}{
		"any":            {hawkfish.TaskFilter{}, nil, 4},
		"state":          {hawkfish.TaskFilter{State: &waiting}, []string{second.ID}, 1},
		"operation":      {hawkfish.TaskFilter{Operation: &reset}, []string{second.ID, first.ID}, 2},
		"target":         {hawkfish.TaskFilter{TargetID: &s.ID}, nil, 3},
		"target by name": {hawkfish.TaskFilter{TargetName: &other.Name}, nil, 1},
		"two":            {hawkfish.TaskFilter{TargetID: &other.ID, Operation: &made}, nil, 1},
		"other target":   {hawkfish.TaskFilter{TargetID: &none}, nil, 0},
		"requester":      {hawkfish.TaskFilter{Requester: &first.Requester, Operation: &reset}, []string{second.ID, first.ID}, 2},
		"no text":        {hawkfish.TaskFilter{Requester: &nul}, nil, 0},
	} {
		ids, total, err := f.TaskIDsWith(t.Context(), all, c.TaskFilter, hawkfish.Page{})
		ok(t, err)
		if c.want != nil {
			equal(t, name, ids, c.want)
		}
		equal(t, name+": number", []int{len(ids), total}, []int{c.n, c.n})
	}
	ids, total, err := f.TaskIDsWith(t.Context(), all, hawkfish.TaskFilter{Operation: &reset}, hawkfish.Page{Skip: 1, Limit: 1})
	ok(t, err)
	equal(t, "page", []any{ids[0], len(ids), total}, []any{first.ID, 1, 2})
	ids, total, err = f.TaskIDsWith(t.Context(), all, hawkfish.TaskFilter{Operation: &reset}, hawkfish.Page{Skip: 9, Limit: 1})
	ok(t, err)
	equal(t, "past the end", []int{len(ids), total}, []int{0, 2})
	ids, total, err = f.TaskIDsWith(t.Context(), hawkfish.Scope{}, hawkfish.TaskFilter{}, hawkfish.Page{})
	ok(t, err)
	equal(t, "a stranger", []int{len(ids), total}, []int{0, 0})
}

func testFilterImages(t *testing.T, f Fleet) {
	old, newer := f.imported(t, "debian", "12"), f.imported(t, "debian", "13")
	unready, _ := f.importing(t, "alpine", "3")
	version, ready, raw, empty := "13", hawkfish.ImageReady, hawkfish.FormatRaw, ""
	for name, c := range map[string]struct {
		hawkfish.ImageFilter
		want []string
	}{
		"any":           {hawkfish.ImageFilter{}, []string{old.ID, newer.ID, unready.ID}},
		"name":          {hawkfish.ImageFilter{Name: &old.Name}, []string{old.ID, newer.ID}},
		"version":       {hawkfish.ImageFilter{Name: &old.Name, Version: &version}, []string{newer.ID}},
		"phase":         {hawkfish.ImageFilter{Phase: &ready}, []string{old.ID, newer.ID}},
		"format":        {hawkfish.ImageFilter{Format: &raw}, nil},
		"digest":        {hawkfish.ImageFilter{SHA256: &facts.SHA256}, []string{old.ID, newer.ID}},
		"not known yet": {hawkfish.ImageFilter{SHA256: &empty}, nil},
		"project":       {hawkfish.ImageFilter{ProjectID: &f.Project}, []string{old.ID, newer.ID, unready.ID}},
	} {
		ids, total, err := f.ImageIDsWith(t.Context(), all, c.ImageFilter, hawkfish.Page{})
		ok(t, err)
		equal(t, name, ids, c.want)
		equal(t, name+": total", total, len(c.want))
	}
}
