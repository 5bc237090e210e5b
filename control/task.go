package control

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// newTask describes the work that in is the input of. It is stored before anything is started.
func newTask(asked Asked, projectID string, op hawkfish.Operation, target hawkfish.Target, in any) (hawkfish.Task, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return hawkfish.Task{}, err
	}
	input, err := json.Marshal(in)
	return hawkfish.Task{
		ID: id.String(), ProjectID: projectID, Operation: op, Target: target,
		Requester: asked.By.UserName, Input: input, Payload: asked.Payload,
	}, err
}

func systemTarget(s hawkfish.System) hawkfish.Target {
	return hawkfish.Target{Kind: hawkfish.TargetSystem, ID: s.ID, Name: s.Name}
}

func imageTarget(img hawkfish.Image) hawkfish.Target {
	return hawkfish.Target{Kind: hawkfish.TargetImage, ID: img.ID, Name: img.Name + ":" + img.Version}
}

// hostTarget is a host as the target of tasks, whose IDs are UUIDs.
func hostTarget(hostID string) hawkfish.Target {
	return hawkfish.Target{Kind: hawkfish.TargetHost, ID: uuid.NewSHA1(hostSpace, []byte(hostID)).String(), Name: hostID}
}

// hostSpace is the name space of the targets' IDs.
var hostSpace = uuid.MustParse("6b3c2f0a-3f0e-4d4e-9d55-0f4f7c6c1a10")

// startOf is what a task's row holds of its workflow.
func startOf(t hawkfish.Task) durable.Start {
	attrs := durable.Attributes{Project: t.ProjectID, Operation: string(t.Operation), User: t.Requester, Parent: t.ParentID}
	switch t.Target.Kind {
	case hawkfish.TargetSystem, hawkfish.TargetFirmware:
		attrs.System, attrs.SystemName = t.Target.ID, t.Target.Name
	case hawkfish.TargetHost:
		attrs.Host = t.Target.Name
	}
	return durable.Start{
		ID: t.ID, Workflow: string(t.Operation), Input: t.Input, Attributes: attrs,
		Summary: string(t.Operation) + " " + t.Target.Name + " for " + t.Requester, Trace: t.Payload.Trace,
	}
}

// lastTask is the newest task of an operation on a target; false: there is none, or it is forgotten by now.
func (c *Control) lastTask(ctx context.Context, op hawkfish.Operation, target hawkfish.Target) (hawkfish.Task, bool, error) {
	everything := hawkfish.Scope{All: true}
	ids, _, err := c.TaskIDsWith(ctx, everything, hawkfish.TaskFilter{Operation: &op, TargetID: &target.ID}, hawkfish.Page{Limit: 1})
	if err != nil || len(ids) == 0 {
		return hawkfish.Task{}, false, err
	}
	t, err := c.FindTask(ctx, everything, ids[0])
	if hawkfish.KindOf(err) == hawkfish.NotFound {
		return hawkfish.Task{}, false, nil
	}
	return t, err == nil, err
}

// CancelTask asks a task to stop and to undo what it has done. Conflict when it has ended.
func (c *Control) CancelTask(ctx context.Context, asked Asked, t hawkfish.Task) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return t, err
	}
	return c.cancel(ctx, asked.By.Scope, t)
}

// cancel asks a task to stop. A cancellation that does not get through to its workflow is sent again by the sweep: the row
// says Cancelling.
func (c *Control) cancel(ctx context.Context, scope hawkfish.Scope, t hawkfish.Task) (hawkfish.Task, error) {
	t, err := c.Store.CancelTask(ctx, scope, t.ID)
	if err != nil || t.Ended() {
		return t, err
	}
	if err := c.Engine.Cancel(ctx, t.ID); err != nil {
		c.Log.WarnContext(ctx, "a cancellation is left to the sweep", "task_id", t.ID, "error", err)
	}
	return t, nil
}

// Decision is what a person wants done with a suspended task.
type Decision = task.Decision

// What can be decided; see the workflow's side for what each does.
const (
	Retry  = task.Retry
	Resume = task.Resume
	Abort  = task.Abort
)

// DecideTask tells a suspended task what to do. Conflict when it is not suspended, or when the step cannot be skipped.
func (c *Control) DecideTask(ctx context.Context, asked Asked, t hawkfish.Task, d Decision) (hawkfish.Task, error) {
	if t.State != schemas.TaskStateSuspended {
		return t, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Task", ID: t.ID, Message: "the task is not suspended"}
	}
	if err := c.Engine.Update(ctx, t.ID, string(d), asked.By.UserName); err != nil {
		return t, err
	}
	return c.FindTask(ctx, asked.By.Scope, t.ID)
}

// Progress is how far a task has come.
type Progress struct {
	Percent     int    // 0 to 100
	Step        string // what it is doing, such as "images.Fetch"; empty: it waits or has ended
	Attempt     int    // of the step, from 1
	LastFailure string // of the step's earlier attempt, if any; for operators
	RunID       string // of the workflow
	// Open are the subtasks of a divided task that have not ended; its Percent is the mean of those of all.
	Open []hawkfish.Task
}

// TaskProgress looks at a running task's workflow. When Temporal does not answer
// the row alone decides, without an error.
func (c *Control) TaskProgress(ctx context.Context, t hawkfish.Task) Progress {
	switch {
	case t.State == schemas.TaskStateCompleted:
		return Progress{Percent: 100}
	case t.Ended() || t.StartedAt.IsZero():
		return Progress{}
	}
	p := Progress{Step: t.Step}
	looking, cancel := context.WithTimeout(ctx, progressDeadline)
	defer cancel()
	if seen, err := c.Engine.Look(looking, t.ID); err == nil {
		p = Progress{Step: seen.Step, Attempt: seen.Attempt, LastFailure: seen.LastFailure, RunID: seen.RunID}
		setDefault(&p.Step, t.Step)
		p.Percent = percent(workflows.Steps[t.Operation], p.Step, seen.Progress)
	}
	if t.Parts > 0 {
		p.Percent, p.Open = c.dividedProgress(ctx, t)
	}
	return p
}

// percent gives every step of an operation its share, and the running one the part that it reports.
func percent(steps []string, running string, of durable.Progress) int {
	at := slices.Index(steps, running)
	if at < 0 {
		return 0
	}
	done, all := 0.0, 0.0
	for i, step := range steps {
		share := float64(workflows.Share(step))
		if all += share; i < at {
			done += share
		}
	}
	if of.Total > 0 {
		done += float64(workflows.Share(running)) * min(1, float64(of.Done)/float64(of.Total))
	}
	return min(99, int(100*done/all))
}
