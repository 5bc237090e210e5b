package storetest

import (
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func testProvisionEnds(t *testing.T, f Fleet) {
	s, task := f.Provisioning(t, "web1", nil)
	equal(t, "phase", s.Phase, hawkfish.PhaseProvisioning)
	reset := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	seen := &hawkfish.Observation{SystemID: s.ID, Power: schemas.PowerStateOn, At: time.Now(), LastReset: time.Now()}
	ok(t, f.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, seen, nil))
	ready := must(f.FindSystem(t.Context(), all, s.ID))(t)
	equal(t, "ready", []any{ready.Phase, ready.Power}, []any{hawkfish.PhaseReady, schemas.PowerStateOn})
	equal(t, "observed", ready.ObservedAt.Equal(seen.At.Truncate(time.Microsecond)) && !ready.LastReset.IsZero(), true)
	equal(t, "next", f.Reload(t, reset).State, schemas.TaskStateNew)

	for _, state := range []schemas.TaskState{schemas.TaskStateException, schemas.TaskStateCancelled} {
		s, task := f.Provisioning(t, "web2", nil)
		reset := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
		fault := &hawkfish.Error{Kind: hawkfish.Exhausted, Message: "no host fits"}
		ok(t, f.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: state, Faults: []*hawkfish.Error{fault}}, nil, nil))
		fails(t, failing(f.FindSystem(t.Context(), all, s.ID)), hawkfish.NotFound)
		equal(t, "faults", f.Reload(t, task).Faults, []*hawkfish.Error{fault})
		orphan := f.Reload(t, reset)
		equal(t, "orphan", orphan.State, schemas.TaskStateException)
		equal(t, "orphan's fault", orphan.Faults, []*hawkfish.Error{{Kind: hawkfish.NotFound, Resource: "ComputerSystem", ID: s.ID}})
	}
}

func testDeleteEnds(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	reset := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	later := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	deletion := must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	equal(t, "waits", deletion.State, schemas.TaskStatePending)
	equal(t, "phase", must(f.FindSystem(t.Context(), all, s.ID))(t).Phase, hawkfish.PhaseDeleting)
	fails(t, failing(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s)))), hawkfish.Conflict)
	fails(t, failing(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s)))), hawkfish.Conflict)
	f.Finish(t, reset, schemas.TaskStateCompleted)
	f.Finish(t, later, schemas.TaskStateCompleted)
	f.Finish(t, deletion, schemas.TaskStateException)
	equal(t, "phase", must(f.FindSystem(t.Context(), all, s.ID))(t).Phase, hawkfish.PhaseReady)

	deletion = must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	f.Finish(t, deletion, schemas.TaskStateCompleted)
	fails(t, failing(f.FindSystem(t.Context(), all, s.ID)), hawkfish.NotFound)
	equal(t, "kept", f.Reload(t, deletion).Target, of(s))
	f.Ready(t, "web1", nil) // the name is free again
}

func testDeleteWhileProvisioning(t *testing.T, f Fleet) {
	s, provision := f.Provisioning(t, "web1", nil)
	deletion := must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	f.Finish(t, provision, schemas.TaskStateCompleted)
	equal(t, "phase", must(f.FindSystem(t.Context(), all, s.ID))(t).Phase, hawkfish.PhaseDeleting)
	equal(t, "deletion", f.Reload(t, deletion).State, schemas.TaskStateNew)
	f.Finish(t, deletion, schemas.TaskStateCompleted)

	s, provision = f.Provisioning(t, "web2", nil)
	deletion = must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	_ = must(f.CancelTask(t.Context(), all, deletion.ID))(t)
	equal(t, "phase", must(f.FindSystem(t.Context(), all, s.ID))(t).Phase, hawkfish.PhaseProvisioning)
	deletion = must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	f.Finish(t, provision, schemas.TaskStateException)
	equal(t, "a deletion of what is gone", f.Reload(t, deletion).State, schemas.TaskStateCompleted)
}

func testFinishTwice(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	first := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	second := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	f.Finish(t, first, schemas.TaskStateCompleted)
	ended, next, events := f.Reload(t, first), f.Reload(t, second), must(f.ReadEvents(t.Context(), 0, 100))(t)

	seen := &hawkfish.Observation{SystemID: s.ID, Power: schemas.PowerStateOn, At: time.Now()}
	ok(t, f.FinishTask(t.Context(), first.ID, hawkfish.Outcome{State: schemas.TaskStateException}, seen, nil))
	equal(t, "ended", f.Reload(t, first), ended)
	equal(t, "next", f.Reload(t, second), next)
	equal(t, "system", must(f.FindSystem(t.Context(), all, s.ID))(t), s)
	equal(t, "events", must(f.ReadEvents(t.Context(), 0, 100))(t), events)
	fails(t, f.FinishTask(t.Context(), second.ID, hawkfish.Outcome{State: schemas.TaskStateRunning}, nil, nil), hawkfish.Internal)
}
