package task

import (
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Do runs a step that is done for its effect. When it fails although it may
// yet succeed, the task waits until a person says Retry, Resume (the step has
// been done by hand: Do returns the zero Out) or Abort.
func Do[In, Out any](t *Task, a durable.Activity[In, Out], queue durable.Queue, in In) (Out, error) {
	return run(t, a, queue, in, true)
}

// Need is Do for a step whose answer the next steps cannot do without: it cannot be skipped.
func Need[In, Out any](t *Task, a durable.Activity[In, Out], queue durable.Queue, in In) (Out, error) {
	return run(t, a, queue, in, false)
}

// Try is for a step whose failure is the task's: nobody is asked, so that what stands behind the task goes on.
func Try[In, Out any](t *Task, a durable.Activity[In, Out], queue durable.Queue, in In) (Out, error) {
	return a.Run(t.ctx, queue, in)
}

func run[In, Out any](t *Task, a durable.Activity[In, Out], queue durable.Queue, in In, skippable bool) (Out, error) {
	for {
		out, err := a.Run(t.ctx, queue, in)
		if err == nil || durable.IsCancelled(err) || !t.waits(err) {
			return out, err
		}
		decision, stopped := t.suspend(a.Name, err, skippable)
		switch {
		case stopped != nil:
			return out, stopped
		case decision == Resume:
			var none Out
			return none, nil
		case decision == Abort:
			return out, err
		}
	}
}

// waits reports whether a failed step is a person's to decide. What has to be taken back is never given up in
// silence, except where there is nothing to take back.
func (t *Task) waits(err error) bool {
	kind := hawkfish.KindOf(err)
	return kind.Retryable() || t.undoing && kind != hawkfish.NotFound
}

// Ask makes the task wait until a person decides how it goes on, which nothing here can: Retry or Abort. Meanwhile it cannot be cancelled.
func (t *Task) Ask(step string, cause error) (decision Decision, err error) {
	defer func(before bool) { t.committed = before }(t.committed)
	t.committed = true
	err = t.Shielded(func() (err error) {
		decision, err = t.suspend(step, cause, false)
		return err
	})
	return decision, err
}

// suspend makes the task wait, in the database and in the Temporal UI, until a
// person decides. A cancellation ends the wait, and is returned.
func (t *Task) suspend(step string, cause error, skippable bool) (Decision, error) {
	uncancelled := durable.Uncancelled(t.ctx)
	t.suspended = &suspension{step: step, skippable: skippable}
	why := record.Suspension{TaskID: t.id, Suspension: hawkfish.Suspension{Step: step, Faults: hawkfish.Faults(cause), Committed: t.committed, Needed: !skippable}}
	if _, err := record.Suspend.Run(uncancelled, durable.Fleet, why); err != nil {
		return "", err
	}
	workflow.SetCurrentDetails(t.ctx, t.suspended.describe(cause))
	stopped := workflow.Await(t.ctx, func() bool { return t.suspended.decision != "" })
	decision := t.suspended.decision
	t.suspended = nil
	workflow.SetCurrentDetails(t.ctx, "")
	if _, err := record.Resume.Run(uncancelled, durable.Fleet, record.Resumption{TaskID: t.id}); err != nil {
		return "", err
	}
	return decision, stopped
}
