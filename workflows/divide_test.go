package workflows_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/internal/durable/durabletest"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/batch"
)

// parts are the subtasks of a task under test: they are opened, and end when the test says so.
type parts struct {
	*durabletest.Run
	ending    record.Ending
	open      []string // names of those that have not ended, in the order in which they were opened
	most      int      // of them at once
	cancelled bool
	refuse    map[int]bool // which are refused at once
}

func newParts(t *testing.T) *parts {
	p := &parts{Run: durabletest.New(t), refuse: map[int]bool{}}
	durabletest.Step(p.Run, subtasks.Open, func(in subtasks.Part) hawkfish.Part {
		part := hawkfish.Part{TaskID: fmt.Sprintf("t%d", in.Index), Name: fmt.Sprintf("web%d", in.Index), State: schemas.TaskStateNew}
		if p.refuse[in.Index] {
			part.State, part.Faults = schemas.TaskStateException, []*hawkfish.Error{{Kind: hawkfish.Exists, Property: "/Name"}}
			return part
		}
		p.open = append(p.open, part.TaskID)
		p.most = max(p.most, len(p.open))
		return part
	})
	durabletest.Step(p.Run, subtasks.Cancel, func(subtasks.Parent) subtasks.Left {
		p.cancelled = true
		var left []hawkfish.Part
		for _, id := range p.open {
			left = append(left, hawkfish.Part{TaskID: id, State: schemas.TaskStateCancelling})
		}
		return subtasks.Left{Parts: left}
	})
	durabletest.Step(p.Run, record.Finish, func(e record.Ending) durable.None { p.ending = e; return durable.None{} })
	return p
}

// end tells of the ends of parts, as often as it is called.
func (p *parts) end(state schemas.TaskState, ids ...string) {
	var ended []hawkfish.Part
	for _, id := range ids {
		p.open = slices.DeleteFunc(p.open, func(open string) bool { return open == id })
		part := hawkfish.Part{TaskID: id, Name: id, State: state}
		if state == schemas.TaskStateException {
			part.Faults = []*hawkfish.Error{{Kind: hawkfish.Unavailable, Resource: "Host", Message: "it does not answer"}}
		}
		ended = append(ended, part)
	}
	p.SignalWorkflow(subtasks.Ended, ended)
}

// later does something when the workflow waits, one after the other.
func (p *parts) later(all ...func()) {
	for i, do := range all {
		p.RegisterDelayedCallback(do, time.Duration(i+1)*time.Minute)
	}
}

func (p *parts) run(t *testing.T, plan hawkfish.Plan) hawkfish.Outcome {
	t.Helper()
	p.ExecuteWorkflow(batch.Run, plan)
	if !p.IsWorkflowCompleted() {
		t.Fatal("the workflow did not end")
	}
	return p.ending.Outcome
}

// So many parts as the plan says are open at once; the next is opened when one has ended, and the end of one counts once.
func TestDivide(t *testing.T) {
	t.Parallel()
	p := newParts(t)
	p.later(
		func() { p.end(schemas.TaskStateCompleted, "t1") },
		func() { p.end(schemas.TaskStateCompleted, "t1") },
		func() { p.end(schemas.TaskStateCompleted, "t0", "t2") },
		func() { p.end(schemas.TaskStateCompleted, "t4", "t3") },
	)
	o := p.run(t, hawkfish.Plan{Parts: 5, MaxConcurrency: 2})
	if o.State != schemas.TaskStateCompleted || len(o.Faults) > 0 || p.most != 2 || len(p.open) > 0 {
		t.Errorf("%+v; at most %d at once; open %v; ran %v", o, p.most, p.open, p.Ran)
	}
}

// Some that fail are told of, in a task that is Completed; when all do, it has failed.
func TestDivideWithFailures(t *testing.T) {
	t.Parallel()
	p := newParts(t)
	p.refuse[1] = true
	p.later(func() { p.end(schemas.TaskStateException, "t0") }, func() { p.end(schemas.TaskStateCompleted, "t2") })
	o := p.run(t, hawkfish.Plan{Parts: 3, MaxConcurrency: 3})
	if o.State != schemas.TaskStateCompleted || len(o.Faults) != 2 || o.Faults[0].Message != "web1: exists" || o.Faults[1].Message != "t0: it does not answer" {
		t.Errorf("%+v %v", o, o.Faults)
	}

	p = newParts(t)
	p.refuse[0] = true
	p.later(func() { p.end(schemas.TaskStateException, "t1") })
	if o := p.run(t, hawkfish.Plan{Parts: 2, MaxConcurrency: 2}); o.State != schemas.TaskStateException || len(o.Faults) != 2 || p.GetWorkflowError() == nil {
		t.Errorf("%+v", o)
	}

	p = newParts(t)
	for i := range 150 {
		p.refuse[i] = true
	}
	if o := p.run(t, hawkfish.Plan{Parts: 150, MaxConcurrency: 2}); len(o.Faults) != 101 {
		t.Errorf("tells of %d", len(o.Faults))
	}
}

// A cancelled task opens no more parts, cancels those that go on, and waits for all of them.
func TestDivideCancelled(t *testing.T) {
	t.Parallel()
	p := newParts(t)
	p.later(
		func() { p.end(schemas.TaskStateCompleted, "t0") },
		p.CancelWorkflow,
		func() {
			if !p.cancelled || len(p.Ran) != 4 {
				t.Errorf("ran %v", p.Ran)
			}
			p.end(schemas.TaskStateCancelled, "t1")
		},
		func() { p.end(schemas.TaskStateCompleted, "t2") }, // it could only go on
	)
	if o := p.run(t, hawkfish.Plan{Parts: 9, MaxConcurrency: 2}); o.State != schemas.TaskStateCancelled || len(p.open) > 0 {
		t.Errorf("%+v, open %v", o, p.open)
	}
}

// Who cancels when all is done has come too late.
func TestDivideCancelledAtTheEnd(t *testing.T) {
	t.Parallel()
	p := newParts(t)
	p.later(p.CancelWorkflow, func() { p.end(schemas.TaskStateCompleted, "t0") })
	if o := p.run(t, hawkfish.Plan{Parts: 1, MaxConcurrency: 2}); o.State != schemas.TaskStateCompleted {
		t.Errorf("%+v", o)
	}
}

// A task that is cancelled while a part is being opened hears of that part from the step that cancels.
func TestDivideCancelledWhileOpening(t *testing.T) {
	t.Parallel()
	p := newParts(t)
	p.After = func(step string, tries int) {
		if step == subtasks.Open.Name && tries == 2 {
			p.CancelWorkflow()
		}
	}
	p.later(func() { p.end(schemas.TaskStateCancelled, "t1", "t0") })
	if o := p.run(t, hawkfish.Plan{Parts: 9, MaxConcurrency: 4}); o.State != schemas.TaskStateCancelled || len(p.open) > 0 {
		t.Errorf("%+v, open %v, ran %v", o, p.open, p.Ran)
	}
}

// When the time is over no more parts are opened, those that are open are cancelled, and what cannot be cancelled is left to itself: the task ends, and
// tells of all of it.
func TestDivideEndsInTime(t *testing.T) {
	t.Parallel()
	p := newParts(t)
	began := p.Now()
	p.later(
		func() { p.end(schemas.TaskStateCompleted, "t0") },
		func() {}, func() {}, // the time is over now
		func() {
			if !p.cancelled || len(p.open) != 2 {
				t.Errorf("cancelled %v, open %v", p.cancelled, p.open)
			}
			p.end(schemas.TaskStateCancelled, "t1")
		},
	)
	o := p.run(t, hawkfish.Plan{Parts: 5, MaxConcurrency: 2, Until: began.Add(150 * time.Second)})
	var kinds []hawkfish.Kind
	for _, f := range o.Faults {
		kinds = append(kinds, f.Kind)
	}
	if want := []hawkfish.Kind{hawkfish.Conflict, hawkfish.TimedOut, hawkfish.TimedOut}; o.State != schemas.TaskStateCompleted || !slices.Equal(kinds, want) {
		t.Errorf("%+v", o)
	}
	if took := p.Now().Sub(began); took > 5*time.Minute {
		t.Errorf("it took %s", took)
	}
}
