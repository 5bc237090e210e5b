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

// The oldest entries of the audit trail go first, in batches, and only when they are asked to.
func testPruneAudit(t *testing.T, f Fleet) {
	var entries []hawkfish.AuditEntry
	for i := range 6 {
		at := time.Now().Add(-time.Hour)
		if i > 3 {
			at = time.Now()
		}
		entries = append(entries, hawkfish.AuditEntry{At: at, Method: "PATCH", Target: "/redfish/v1/Systems/a", Outcome: hawkfish.AuditDone, Status: 200})
	}
	ok(t, f.AppendAudit(t.Context(), entries))
	left := func() int { return int(must(f.AuditStats(t.Context()))(t).ByOutcome[hawkfish.AuditDone]) }
	for _, c := range []struct {
		keep  time.Duration
		limit int
		gone  int
		left  int
	}{{0, 9, 0, 6}, {2 * time.Hour, 9, 0, 6}, {time.Minute, 3, 3, 3}, {time.Minute, 3, 1, 2}, {time.Minute, 3, 0, 2}} {
		equal(t, "gone", must(f.Prune(t.Context(), hawkfish.Retention{Audit: c.keep}, c.limit))(t), c.gone)
		equal(t, "left", left(), c.left)
	}
}
