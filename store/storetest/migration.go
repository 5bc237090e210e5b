package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// A system that is on its way is its old host's, which is not believed when it says that it has gone, or holds it. When it has moved, its new host's
// clock counts, and the history tells of it also when all else is forgotten.
func testMigration(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	s := f.Ready(t, "web1", nil)
	f.Announce(t, "h2", roomy, "default")
	now := time.Now()
	saw := func(host string, at time.Duration, power schemas.PowerState, absent bool) {
		t.Helper()
		o := hawkfish.Observation{SystemID: s.ID, Power: power, Absent: absent, At: now.Add(at)}
		if power == schemas.PowerStatePaused {
			o.Cause = hawkfish.CauseBusy
		}
		ok(t, f.Observe(t.Context(), host, []hawkfish.Observation{o}, time.Time{}))
	}
	is := func() hawkfish.System { t.Helper(); return must(f.FindSystem(t.Context(), all, s.ID))(t) }
	saw("h1", 0, schemas.PowerStateOn, false)

	way := must(f.OpenTask(t.Context(), hawkfish.Task{
		ID: uuid.Must(uuid.NewV7()).String(), ProjectID: s.ProjectID, Operation: hawkfish.OpMigrate, Requester: "ada", Input: []byte("{}"),
		Target: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: s.ID, Name: s.Name},
	}))(t)
	m := hawkfish.Migration{ID: way.ID, SystemID: s.ID, From: "h1", To: "h2", Plan: hawkfish.MigrationPlan{BandwidthMiBps: 5}, Requester: "ada"}
	ok(t, f.LeaveBehind(t.Context(), "h2", hawkfish.Leftover{SystemID: s.ID}))
	fails(t, f.BeginMigration(t.Context(), m), hawkfish.Conflict)
	ok(t, f.ClearLeftovers(t.Context(), "h2", []string{s.ID}))
	equal(t, "goes to", must(f.ReserveHost(t.Context(), hawkfish.Departure{SystemID: s.ID, Live: true, For: time.Hour}))(t), "h2")
	for range 2 {
		ok(t, f.BeginMigration(t.Context(), m))
	}
	saw("h1", time.Second, schemas.PowerStatePaused, false)
	saw("h1", 2*time.Second, "", true)
	ok(t, f.Observe(t.Context(), "h1", nil, now.Add(time.Hour)))
	saw("h2", 3*time.Second, schemas.PowerStateOff, false)
	equal(t, "on its way", []any{is().Power, is().Phase, is().HostID}, []any{schemas.PowerStateOn, hawkfish.PhaseReady, "h1"})
	saw("h1", 4*time.Second, schemas.PowerStateOff, false)
	equal(t, "it has ended by itself", is().Power, schemas.PowerStateOff)
	saw("h1", time.Hour, schemas.PowerStateOn, false) // its clock is ahead

	ok(t, f.ReleaseHost(t.Context(), s.ID)) // its room has been given away, and it is there all the same
	for range 2 {
		ok(t, f.CommitMigration(t.Context(), m.ID))
	}
	saw("h1", 2*time.Hour, schemas.PowerStateOff, false)
	equal(t, "moved", []any{is().Power, is().HostID}, []any{schemas.PowerStateOn, "h2"})
	saw("h2", time.Minute, schemas.PowerStatePaused, false)
	equal(t, "by its new host's clock", is().Power, schemas.PowerStatePaused)
	took := hawkfish.MigrationResult{Downtime: 20 * time.Millisecond, Total: time.Second, MemoryBytes: 7}
	ok(t, f.NoteMigration(t.Context(), m.ID, took))
	ok(t, f.FinishTask(t.Context(), way.ID, hawkfish.Outcome{State: schemas.TaskStateException}, nil, nil))
	told := must(f.FindMigration(t.Context(), all, m.ID))(t)
	equal(t, "history", []any{told.SystemName, told.From, told.To, told.State, told.Result, told.Plan, told.Requester, told.MovedAt.IsZero(), told.EndedAt.IsZero()},
		[]any{s.Name, "h1", "h2", hawkfish.MigrationCompleted, took, m.Plan, "ada", false, false})
	ids, total, err := f.MigrationIDs(t.Context(), all, hawkfish.Page{Limit: 1})
	ok(t, err)
	equal(t, "list", []any{ids, total}, []any{[]string{m.ID}, 1})
	fails(t, failing(f.FindMigration(t.Context(), hawkfish.Scope{Projects: []string{uuid.NewString()}}, m.ID)), hawkfish.NotFound)
	fails(t, f.CommitMigration(t.Context(), uuid.NewString()), hawkfish.NotFound)

	back := m
	back.ID, back.From, back.To = uuid.NewString(), "h2", "h1"
	ok(t, f.BeginMigration(t.Context(), back))
	saw("h2", 3*time.Minute, "", true)
	equal(t, "on its way back", is().Phase, hawkfish.PhaseReady)
}
