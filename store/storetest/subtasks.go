package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// divided stores the task of a batch.
func (f Fleet) divided(t testing.TB, parts int) hawkfish.Task {
	t.Helper()
	wish := f.Wish(hawkfish.OpBatch, hawkfish.Target{Name: "many"})
	wish.ProjectID, wish.Parts = f.Project, parts
	return must(f.OpenBatch(t.Context(), wish, hawkfish.Usage{}))(t)
}

// part is a system, and the subtask that makes it, that nobody has stored yet.
func (f Fleet) part(parent hawkfish.Task, name string) (hawkfish.System, hawkfish.Task) {
	s := hawkfish.System{ID: uuid.NewString(), Name: name, ProjectID: f.Project, CPUs: 1, MemoryMiB: 512, DiskGiB: 1, Power: schemas.PowerStateOff}
	t := f.Wish(hawkfish.OpProvision, of(s))
	t.ID, t.ParentID, t.ProjectID = uuid.NewString(), parent.ID, f.Project
	return s, t
}

func testSubTasks(t *testing.T, f Fleet) {
	parent := f.divided(t, 3)
	equal(t, "parent", []any{parent.Parts, parent.Target.ID, parent.State}, []any{3, parent.ID, schemas.TaskStateNew})
	s, wish := f.part(parent, "web1")
	opened := must(f.CreateSystem(t.Context(), s, wish))(t)
	equal(t, "again", must(f.CreateSystem(t.Context(), s, wish))(t), opened)
	_, wish2 := f.part(parent, "web2")
	fault := &hawkfish.Error{Kind: hawkfish.Exhausted, Message: "no"}
	refused := must(f.RefuseTask(t.Context(), wish2, []*hawkfish.Error{fault}))(t)
	equal(t, "refused", []any{refused.State, refused.Faults[0].Message, refused.ParentID}, []any{schemas.TaskStateException, "no", parent.ID})
	equal(t, "refused again", must(f.RefuseTask(t.Context(), wish2, nil))(t), refused)

	parts, total, err := f.ListSubTasks(t.Context(), all, parent.ID, hawkfish.Page{Limit: 1})
	ok(t, err)
	equal(t, "parts", []any{ids(parts), total}, []any{[]string{opened.ID}, 2})
	_, total, err = f.ListSubTasks(t.Context(), all, parent.ID, hawkfish.Page{Skip: 9})
	ok(t, err)
	equal(t, "past the end", total, 2)
	_, _, err = f.ListSubTasks(t.Context(), nobody, parent.ID, hawkfish.Page{})
	fails(t, err, hawkfish.NotFound)
	equal(t, "open", ids(must(f.OpenSubTasks(t.Context(), parent.ID))(t)), []string{opened.ID})
	equal(t, "tally", must(f.TallySubTasks(t.Context(), parent.ID))(t), hawkfish.Tally{schemas.TaskStateNew: 1, schemas.TaskStateException: 1})
	tasks, total, err := f.ListTasks(t.Context(), all, hawkfish.Page{})
	ok(t, err)
	equal(t, "only whole tasks are listed", []any{ids(tasks), total}, []any{[]string{parent.ID}, 1})
	listed, total, err := f.TaskIDsWith(t.Context(), all, hawkfish.TaskFilter{}, hawkfish.Page{})
	ok(t, err)
	equal(t, "with a filter, too", []any{listed, total}, []any{[]string{parent.ID}, 1})

	f.Finish(t, opened, schemas.TaskStateCompleted)
	equal(t, "open", len(must(f.OpenSubTasks(t.Context(), parent.ID))(t)), 0)
	f.Finish(t, parent, schemas.TaskStateCompleted)
	s, late := f.part(parent, "web3")
	fails(t, failing(f.CreateSystem(t.Context(), s, late)), hawkfish.Conflict)
	fails(t, failing(f.RefuseTask(t.Context(), late, nil)), hawkfish.Conflict)
	equal(t, "what was opened before", must(f.CreateSystem(t.Context(), s, wish))(t).ID, opened.ID)
}

// A task that is being cancelled gets no more parts.
func testCancelDivided(t *testing.T, f Fleet) {
	parent := f.divided(t, 2)
	_ = must(f.CancelTask(t.Context(), all, parent.ID))(t)
	s, wish := f.part(parent, "web1")
	fails(t, failing(f.CreateSystem(t.Context(), s, wish)), hawkfish.Conflict)
	fails(t, failing(f.FindSystem(t.Context(), all, s.ID)), hawkfish.NotFound)
}

// However a part ends, its parent can be told, by one at a time, until somebody has.
func testClaimUntold(t *testing.T, f Fleet) {
	parent := f.divided(t, 3)
	var parts []hawkfish.Task
	for i := range 3 {
		s, wish := f.part(parent, fmt.Sprintf("web%d", i))
		parts = append(parts, must(f.CreateSystem(t.Context(), s, wish))(t))
	}
	untold := func(lease time.Duration) []string {
		t.Helper()
		return ids(must(f.ClaimUntold(t.Context(), 9, lease))(t))
	}
	equal(t, "none has ended", len(untold(time.Minute)), 0)
	waiting := must(f.OpenTask(t.Context(), hawkfish.Task{Operation: hawkfish.OpReset, Target: parts[0].Target, Requester: "tester", ParentID: parent.ID}))(t)
	_ = must(f.CancelTask(t.Context(), all, waiting.ID))(t)
	f.Finish(t, parts[0], schemas.TaskStateException)
	f.Finish(t, f.Provisioned(t, "other"), schemas.TaskStateCompleted) // no part
	equal(t, "ended", untold(time.Minute), []string{parts[0].ID, waiting.ID})
	equal(t, "claimed", len(untold(time.Minute)), 0)
	ok(t, f.MarkTold(t.Context(), []string{parts[0].ID, waiting.ID}))
	f.Finish(t, parts[1], schemas.TaskStateCompleted)
	equal(t, "ended later", untold(time.Millisecond), []string{parts[1].ID})
	eventually(t, "a lease that has run out", func() bool { return len(untold(time.Minute)) == 1 })
}

// Provisioned opens a reset of a system that is ready.
func (f Fleet) Provisioned(t testing.TB, name string) hawkfish.Task {
	t.Helper()
	return must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(f.Ready(t, name, nil)))))(t)
}

// Many who open the same part at once open one.
func testSubTaskRace(t *testing.T, f Fleet) {
	parent := f.divided(t, 1)
	s, wish := f.part(parent, "web1")
	var group sync.WaitGroup
	opened := make([]hawkfish.Task, 8)
	errs := make([]error, len(opened))
	for i := range opened {
		group.Go(func() { opened[i], errs[i] = f.CreateSystem(t.Context(), s, wish) })
	}
	group.Wait()
	for i := range opened {
		ok(t, errs[i])
		equal(t, "the same", opened[i].ID, wish.ID)
	}
	_, total, err := f.ListSubTasks(t.Context(), all, parent.ID, hawkfish.Page{})
	ok(t, err)
	equal(t, "one", total, 1)
}

// A batch that a project may not have is refused as a whole.
func testBatchQuota(t *testing.T, f Fleet) {
	_ = must(f.UpdateProject(t.Context(), all, f.Project, 0, hawkfish.ProjectUpdate{Quotas: &hawkfish.Quotas{hawkfish.QuotaSystems: 2}}))(t)
	wish := f.Wish(hawkfish.OpBatch, hawkfish.Target{Name: "many"})
	wish.ProjectID = f.Project
	fails(t, failing(f.OpenBatch(t.Context(), wish, hawkfish.Usage{hawkfish.QuotaSystems: 3})), hawkfish.Exhausted)
	_ = must(f.OpenBatch(t.Context(), wish, hawkfish.Usage{hawkfish.QuotaSystems: 2}))(t)
}
