// Package task is what all workflows have in common: it carries a task from
// its first step to its end. A step that could succeed later waits for a
// person, visibly; one that cannot is undone, and the task ends in Exception.
package task

import (
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Task is a running task, as its workflow sees it.
type Task struct {
	ctx       workflow.Context
	id        string
	undo      durable.Undo
	suspended *suspension // nil: it runs
	committed bool        // it can no longer be cancelled
	undoing   bool
	seen      *hawkfish.Observation
	image     *hawkfish.ImageFacts
	warnings  []*hawkfish.Error // of what has failed although the task has not
}

// Carry runs body and closes the task, whatever happens. The workflow's ID is the task's.
func Carry(ctx workflow.Context, body func(*Task) error) error {
	t := &Task{ctx: ctx, id: workflow.GetInfo(ctx).WorkflowExecution.ID}
	if err := t.acceptDecisions(); err != nil {
		return err
	}
	err := body(t)
	if err != nil {
		// What is undone must be undone although the task was cancelled.
		t.ctx, t.committed, t.undoing = durable.Uncancelled(ctx), true, true
		t.undo.Run()
	}
	return t.close(err)
}

// close records the end. Nothing is lost when the database is down: the step is repeated until it is done.
func (t *Task) close(err error) error {
	end := record.Ending{TaskID: t.id, Seen: t.seen, Image: t.image}
	switch {
	case err == nil:
		end.Outcome = hawkfish.Outcome{State: schemas.TaskStateCompleted, Faults: t.warnings}
	case durable.IsCancelled(err):
		end.Outcome.State = schemas.TaskStateCancelled
	default:
		end.Outcome = hawkfish.Outcome{State: schemas.TaskStateException, Faults: hawkfish.Faults(err)}
	}
	if _, recordErr := record.Finish.Run(durable.Uncancelled(t.ctx), durable.Fleet, end); recordErr != nil {
		return recordErr
	}
	if err != nil && !durable.IsCancelled(err) {
		return durable.Failed(err)
	}
	return err
}

// ID is the task's, and the workflow's.
func (t *Task) ID() string { return t.id }

// OnFailure adds a step that takes back what the task does next.
func (t *Task) OnFailure(step func() error) { t.undo.Push(step) }

// Commit is the point of no return: from here the task can only go forward.
func (t *Task) Commit() {
	t.undo.Forget()
	t.ctx, t.committed = durable.Uncancelled(t.ctx), true
}

// Saw keeps what a host saw of the system, to be recorded with the end.
func (t *Task) Saw(seen hawkfish.Observation) {
	if !seen.At.IsZero() {
		t.seen = &seen
	}
}

// Warn keeps what has failed although the task has not; it is told with the end.
func (t *Task) Warn(fault *hawkfish.Error) { t.warnings = append(t.warnings, fault) }

// Learned keeps what a host knows of the image, to be recorded with the end.
func (t *Task) Learned(facts hawkfish.ImageFacts) { t.image = &facts }

// On notes the host that the task works on, for those who look for it in the Temporal UI.
func (t *Task) On(host string) error {
	return workflow.UpsertTypedSearchAttributes(t.ctx, durable.HostAttribute(host))
}

// LeaveAsIs forgets what would be taken back: nobody knows what that would do.
func (t *Task) LeaveAsIs() { t.undo.Forget() }

// Shielded runs steps that are to be done although the task may have been cancelled.
func (t *Task) Shielded(do func() error) error {
	before := t.ctx
	t.ctx = durable.Uncancelled(before)
	defer func() { t.ctx = before }()
	return do()
}

// Context is for what is done beside the task's steps.
func (t *Task) Context() workflow.Context { return t.ctx }
