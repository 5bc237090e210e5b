package storetest

import (
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func testPrune(t *testing.T, f Fleet) {
	prune := func(keep hawkfish.Retention, limit int) int {
		t.Helper()
		return must(f.Prune(t.Context(), keep, limit))(t)
	}
	s := f.Ready(t, "web1", nil)
	running := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	waiting := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	for range 2 {
		_, task := f.Provisioning(t, "", func(s *hawkfish.System) { s.Name = s.ID })
		f.Finish(t, task, schemas.TaskStateException)
	}
	equal(t, "kept for ever", prune(hawkfish.Retention{}, 9), 0)
	equal(t, "too young", prune(hawkfish.Retention{Tasks: time.Hour, Events: time.Hour}, 9), 0)
	equal(t, "as many as asked for", prune(hawkfish.Retention{Tasks: time.Nanosecond}, 2), 2)
	equal(t, "the rest", prune(hawkfish.Retention{Tasks: time.Nanosecond}, 9), 1)
	tasks, _, err := f.ListTasks(t.Context(), all, hawkfish.Page{})
	ok(t, err)
	equal(t, "those that go on stay", ids(tasks), []string{waiting.ID, running.ID})

	events := must(f.ReadEvents(t.Context(), 0, 99))(t)
	equal(t, "events", prune(hawkfish.Retention{Events: time.Nanosecond}, 99), len(events))
	equal(t, "no event", len(must(f.ReadEvents(t.Context(), 0, 99))(t)), 0)
}
