package storetest

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func testTaskOrder(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	var queue []hawkfish.Task
	for range 3 {
		queue = append(queue, must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t))
	}
	equal(t, "project", queue[0].ProjectID, f.Project)
	for i, task := range queue {
		want := schemas.TaskStatePending
		if i == 0 {
			want = schemas.TaskStateNew
		}
		equal(t, "state", task.State, want)
		equal(t, "waits", task.StartedAt.IsZero(), i > 0)
	}
	for i, task := range queue {
		holding, held, err := f.TaskHolding(t.Context(), of(s))
		ok(t, err)
		equal(t, "holding", []any{holding.ID, held}, []any{task.ID, true})
		f.Finish(t, task, []schemas.TaskState{schemas.TaskStateCompleted, schemas.TaskStateException, schemas.TaskStateCancelled}[i])
		ended := f.Reload(t, task)
		equal(t, "ended", ended.Ended() && !ended.EndedAt.IsZero(), true)
	}
	_, held, err := f.TaskHolding(t.Context(), of(s))
	ok(t, err)
	equal(t, "held", held, false)
	tasks, total, err := f.ListTasks(t.Context(), all, hawkfish.Page{Limit: 2})
	ok(t, err)
	equal(t, "newest first", []any{tasks[0].ID, tasks[1].ID, total}, []any{queue[2].ID, queue[1].ID, 4})
}

func testTaskQueueIsBounded(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	for range hawkfish.MaxWaitingTasks + 1 {
		_ = must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	}
	fails(t, failing(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s)))), hawkfish.Busy)
	fails(t, failing(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s)))), hawkfish.Busy)
	equal(t, "phase", must(f.FindSystem(t.Context(), all, s.ID))(t).Phase, hawkfish.PhaseReady) // or neither
	other := f.Ready(t, "web2", nil)
	_ = must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(other))))(t)
}

// What supersedes is never refused for want of room, however often and whatever waits.
func testSupersede(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	holder := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	var resets []hawkfish.Task
	for i := range hawkfish.MaxWaitingTasks {
		op := hawkfish.OpReset
		if i%2 == 0 {
			op = hawkfish.OpDelete
		}
		task := must(f.OpenTask(t.Context(), f.Wish(op, of(s))))(t)
		if op == hawkfish.OpReset {
			resets = append(resets, task)
		}
	}
	last := must(f.SupersedeTasks(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	equal(t, "it waits", last.State, schemas.TaskStatePending)
	for _, task := range resets {
		ended := f.Reload(t, task)
		equal(t, "superseded", []any{ended.State, len(ended.Faults), ended.EndedAt.IsZero()}, []any{schemas.TaskStateCancelled, 1, false})
	}
	equal(t, "who has its turn keeps it", f.Reload(t, holder).State, schemas.TaskStateNew)
	for range len(resets) - 1 {
		_ = must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	}
	fails(t, failing(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s)))), hawkfish.Busy)
	for range 3 {
		next := must(f.SupersedeTasks(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
		equal(t, "only one waits", f.Reload(t, last).State, schemas.TaskStateCancelled)
		last = next
	}
	free := f.Ready(t, "web2", nil)
	equal(t, "nothing to wait for", must(f.SupersedeTasks(t.Context(), f.Wish(hawkfish.OpReset, of(free))))(t).State, schemas.TaskStateNew)
}

func testTaskOfNothing(t *testing.T, f Fleet) {
	for _, target := range []hawkfish.Target{
		{Kind: hawkfish.TargetSystem, ID: uuid.NewString()},
		{Kind: hawkfish.TargetImage, ID: uuid.NewString()},
		{Kind: "rack", ID: uuid.NewString()},
	} {
		fails(t, failing(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, target))), hawkfish.NotFound)
	}
	s := f.Ready(t, "web1", nil)
	foreign := f.Wish(hawkfish.OpReset, of(s))
	foreign.ProjectID = uuid.NewString()
	fails(t, failing(f.OpenTask(t.Context(), foreign)), hawkfish.NotFound)
	id := uuid.NewString()
	fails(t, f.FinishTask(t.Context(), id, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil), hawkfish.NotFound)
	fails(t, f.SuspendTask(t.Context(), id, hawkfish.Suspension{}), hawkfish.NotFound)
	fails(t, f.ResumeTask(t.Context(), id), hawkfish.NotFound)
	fails(t, f.MarkDispatched(t.Context(), id), hawkfish.NotFound)
	fails(t, failing(f.CancelTask(t.Context(), all, id)), hawkfish.NotFound)
	fails(t, failing(f.PlaceSystem(t.Context(), id)), hawkfish.NotFound)
}

func testTaskKeepsItsRequest(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	wish := f.Wish(hawkfish.OpReset, of(s))
	wish.ID = uuid.Must(uuid.NewV7()).String()
	wish.Input = json.RawMessage(`{"b": 1, "a": 2}`)
	wish.Payload = hawkfish.Payload{TargetURI: "/redfish/v1/x", HTTPOperation: "POST", JSONBody: json.RawMessage(`{"z":1,"a":"é"}`)}
	opened := must(f.OpenTask(t.Context(), wish))(t)
	equal(t, "found", f.Reload(t, opened), opened)
	equal(t, "ID", opened.ID, wish.ID)
	equal(t, "input", string(opened.Input), string(wish.Input))
	equal(t, "payload", opened.Payload, wish.Payload)
	fails(t, failing(f.OpenTask(t.Context(), wish)), hawkfish.Exists)
}

func testCancelTask(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	running := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	waiting := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	last := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	ok(t, f.MarkDispatched(t.Context(), running.ID))

	equal(t, "waiting", must(f.CancelTask(t.Context(), all, waiting.ID))(t).State, schemas.TaskStateCancelled)
	fails(t, failing(f.CancelTask(t.Context(), all, waiting.ID)), hawkfish.Conflict)
	marked := must(f.CancelTask(t.Context(), all, running.ID))(t)
	equal(t, "running", marked.State, schemas.TaskStateCancelling)
	equal(t, "again", must(f.CancelTask(t.Context(), all, running.ID))(t), marked)
	equal(t, "last", f.Reload(t, last).State, schemas.TaskStatePending)
	f.Finish(t, running, schemas.TaskStateCancelled)
	equal(t, "last", f.Reload(t, last).State, schemas.TaskStateNew)

	deletion := must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	fails(t, failing(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s)))), hawkfish.Conflict)
	_ = must(f.CancelTask(t.Context(), all, deletion.ID))(t)
	equal(t, "phase", must(f.FindSystem(t.Context(), all, s.ID))(t).Phase, hawkfish.PhaseReady)
}

func testSuspendTask(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	task := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	ok(t, f.MarkDispatched(t.Context(), task.ID))
	why := hawkfish.Suspension{Step: "power.Start", Faults: []*hawkfish.Error{{Kind: hawkfish.Unavailable, Resource: "Host", ID: "h1", Message: "it does not answer"}}, Needed: true}
	for range 2 {
		ok(t, f.SuspendTask(t.Context(), task.ID, why))
	}
	suspended := f.Reload(t, task)
	equal(t, "suspended", []any{suspended.State, suspended.Step, suspended.Faults, suspended.Needed}, []any{schemas.TaskStateSuspended, "power.Start", why.Faults, true})
	ok(t, f.ResumeTask(t.Context(), task.ID))
	resumed := f.Reload(t, task)
	equal(t, "resumed", fmt.Sprint(resumed.State, resumed.Step, resumed.Faults), fmt.Sprint(schemas.TaskStateRunning, "", []*hawkfish.Error(nil)))
	equal(t, "revisions", resumed.Revision, suspended.Revision+1)

	f.Finish(t, task, schemas.TaskStateCompleted)
	ended := f.Reload(t, task)
	ok(t, f.SuspendTask(t.Context(), task.ID, why))
	ok(t, f.ResumeTask(t.Context(), task.ID))
	ok(t, f.MarkDispatched(t.Context(), task.ID))
	equal(t, "ended stays as it was", f.Reload(t, task), ended)
}

// A task that can only go on says so, rather than be marked Cancelling and wait for ever.
func testCancelCommitted(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	task := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	ok(t, f.MarkDispatched(t.Context(), task.ID))
	_ = must(f.CancelTask(t.Context(), all, task.ID))(t)
	ok(t, f.SuspendTask(t.Context(), task.ID, hawkfish.Suspension{Step: "provision.DeleteDisks", Committed: true}))
	fails(t, failing(f.CancelTask(t.Context(), all, task.ID)), hawkfish.Conflict)
	equal(t, "state", f.Reload(t, task).State, schemas.TaskStateSuspended)
	ok(t, f.SuspendTask(t.Context(), task.ID, hawkfish.Suspension{Step: "power.Start"}))
	equal(t, "state", must(f.CancelTask(t.Context(), all, task.ID))(t).State, schemas.TaskStateCancelling)
}

// A provisioning whose workflow was ended from outside may have left something on its host.
func testAbandonedProvision(t *testing.T, f Fleet) {
	s, task := f.Provisioning(t, "web1", nil)
	ok(t, f.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: schemas.TaskStateException, Abandoned: true}, nil, nil))
	equal(t, "phase", must(f.FindSystem(t.Context(), all, s.ID))(t).Phase, hawkfish.PhaseLost)
	deletion := must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	f.Finish(t, deletion, schemas.TaskStateCompleted)
	fails(t, failing(f.FindSystem(t.Context(), all, s.ID)), hawkfish.NotFound)
}
