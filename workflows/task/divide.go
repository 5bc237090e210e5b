package task

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
)

// maxTold is how many parts that failed a task tells of. All of them are among its subtasks.
const maxTold = 100

// Divide has a task done by its subtasks: it opens them in their order, so many at once as the plan says, and waits for all
// of them. When some fail the task is Completed, with a fault for each; when all fail, that is an error. When the
// task is cancelled no more are opened, those that go on are cancelled, and all are waited for. So it is when the plan's time is
// over, but that those which cannot be cancelled are left to themselves.
func Divide(t *Task, plan hawkfish.Plan) error {
	d := &division{Task: t, plan: plan, told: workflow.GetSignalChannel(t.ctx, subtasks.Ended), over: map[string]bool{}, open: map[string]bool{}}
	if !plan.Until.IsZero() {
		d.late = d.timer(plan.Until.Sub(t.Now()), "until no more is done")
	}
	for d.more() || len(d.open) > 0 && !d.left {
		switch {
		case !d.cancelled && (t.ctx.Err() != nil || durable.IsCancelled(d.stopped) || d.overdue):
			if err := d.cancel(); err != nil {
				return err
			}
		case d.more() && len(d.open) < max(1, plan.MaxConcurrency):
			d.openNext()
		default:
			d.wait()
		}
	}
	workflow.SetCurrentDetails(t.ctx, "")
	return d.outcome()
}

// division is a task that is being done by its subtasks.
type division struct {
	*Task
	plan  hawkfish.Plan
	told  workflow.ReceiveChannel
	next  int             // the part to open next
	open  map[string]bool // parts that are waited for, by the IDs of their tasks
	over  map[string]bool // parts that have ended
	ended []hawkfish.Part // in the order in which that was heard

	stopped   error // why no more are opened; nil: they are
	cancelled bool  // those that go on have been cancelled

	late     workflow.Future // when the plan's time is over; nil: it has no end
	overdue  bool            // it is
	patience workflow.Future // when those that have been cancelled since are left to themselves
	left     bool            // they are
}

// patience is how long those are waited for that were cancelled because the time was over.
const patience = 2 * time.Minute

func (d *division) timer(after time.Duration, why string) workflow.Future {
	return workflow.NewTimerWithOptions(d.ctx, max(after, 0), workflow.TimerOptions{Summary: why})
}

// more reports whether parts are left to be opened.
func (d *division) more() bool { return d.stopped == nil && d.next < d.plan.Parts }

// openNext opens a part. Whether one was opened by a step that was cut off by the task's cancellation, cancel finds out.
func (d *division) openNext() {
	part, err := Need(d.Task, subtasks.Open, durable.Fleet, subtasks.Part{Parent: d.id, Index: d.next})
	switch {
	case durable.IsCancelled(err): // told by the context, too
	case err != nil:
		d.stopped = err
	case part.TaskID == "": // the task is being cancelled, and has not yet heard of it
		d.stopped = workflow.ErrCanceled
	default:
		d.next++
		d.open[part.TaskID] = !d.over[part.TaskID]
		d.settle(part)
	}
}

// settle takes note of a part that may have ended.
func (d *division) settle(p hawkfish.Part) {
	if d.over[p.TaskID] {
		delete(d.open, p.TaskID)
		return
	}
	if (hawkfish.Task{State: p.State}).Ended() {
		d.over[p.TaskID] = true
		delete(d.open, p.TaskID)
		d.ended = append(d.ended, p)
	}
	workflow.SetCurrentDetails(d.ctx, fmt.Sprintf("%d of %d subtasks have ended, %d are open", len(d.ended), d.plan.Parts, len(d.open)))
}

// wait returns when parts have ended, or when the task is cancelled.
func (d *division) wait() {
	heard := workflow.NewSelector(d.ctx)
	heard.AddReceive(d.told, func(c workflow.ReceiveChannel, _ bool) {
		var parts []hawkfish.Part
		c.Receive(d.ctx, &parts)
		for _, p := range parts {
			d.settle(p)
		}
	})
	heard.AddReceive(d.ctx.Done(), func(workflow.ReceiveChannel, bool) {})
	if d.late != nil {
		heard.AddFuture(d.late, func(f workflow.Future) {
			d.overdue, d.late = f.Get(d.ctx, nil) == nil, nil
		})
	}
	if d.patience != nil {
		heard.AddFuture(d.patience, func(workflow.Future) { d.left = true })
	}
	heard.Select(d.ctx)
}

// cancel stops what can be stopped; what goes on is waited for in a context that is not cancelled.
func (d *division) cancel() error {
	d.stopped, d.cancelled = workflow.ErrCanceled, true
	d.ctx, d.late = durable.Uncancelled(d.ctx), nil
	if d.overdue {
		d.patience = d.timer(patience, "until what cannot be cancelled is left to itself")
	}
	left, err := Need(d.Task, subtasks.Cancel, durable.Fleet, subtasks.Parent{ID: d.id})
	for _, p := range left.Parts {
		d.open[p.TaskID] = true
		d.settle(p)
	}
	return err
}

// outcome is how the task ends, now that all its parts have.
func (d *division) outcome() error {
	var faults []*hawkfish.Error
	for _, p := range d.ended {
		if p.State != schemas.TaskStateCompleted {
			faults = append(faults, d.faultOf(p))
		}
	}
	done := len(d.ended) - len(faults)
	if d.overdue {
		faults = append(faults, d.undone()...)
	}
	if n := len(faults) - maxTold; n > 0 {
		more := &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Task", ID: d.id, Message: fmt.Sprintf("%d more subtasks have failed", n)}
		faults = append(faults[:maxTold], more)
	}
	switch {
	case durable.IsCancelled(d.stopped) && done == d.plan.Parts: // it came too late
	case d.stopped != nil && !d.overdue:
		return d.stopped
	case done == 0 && len(faults) > 0:
		errs := make([]error, len(faults))
		for i, f := range faults {
			errs[i] = f
		}
		return errors.Join(errs...)
	}
	d.warnings = append(d.warnings, faults...)
	return nil
}

// undone says what was not done in time.
func (d *division) undone() (faults []*hawkfish.Error) {
	late := func(what string) {
		faults = append(faults, &hawkfish.Error{Kind: hawkfish.TimedOut, Resource: "Task", ID: d.id, Message: what})
	}
	if n := d.plan.Parts - d.next; n > 0 {
		late(fmt.Sprintf("the time was over before %d more subtasks were begun", n))
	}
	if n := len(d.open); n > 0 {
		late(fmt.Sprintf("%d subtasks could not be cancelled when the time was over: they go on, or wait for a person", n))
	}
	return faults
}

// faultOf says of a part that failed which one it was, and why.
func (d *division) faultOf(p hawkfish.Part) *hawkfish.Error {
	if len(p.Faults) == 0 {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Task", ID: p.TaskID, Message: p.Name + ": its task ended as " + string(p.State)}
	}
	fault := *p.Faults[0]
	fault.Message = p.Name + ": " + reason(fault)
	return &fault
}

// reason is a fault's message, or what stands for it.
func reason(f hawkfish.Error) string {
	if f.Message != "" {
		return f.Message
	}
	return string(f.Kind)
}
