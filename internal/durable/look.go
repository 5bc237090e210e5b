package durable

import (
	"context"
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/projectbeskar/hawkfish"
)

// Sight is what Temporal knows of a workflow now. It is the server's own
// state, never its eventually consistent list of workflows.
type Sight struct {
	RunID       string
	Open        bool   // it runs, or waits for a worker
	Status      string // such as "Running" or "Terminated"
	Step        string // the step that has been asked for and not answered; empty: none
	Attempt     int    // of the step, from 1
	LastFailure string // of the step's earlier attempt
	Progress    Progress
}

// Look describes a workflow. NotFound when there is none.
func (s *Service) Look(ctx context.Context, id string) (Sight, error) {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	d, err := s.client.DescribeWorkflowExecution(ctx, id, "")
	if err != nil {
		return Sight{}, FromService(err)
	}
	info := d.GetWorkflowExecutionInfo()
	seen := Sight{
		RunID:  info.GetExecution().GetRunId(),
		Open:   info.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING || info.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED,
		Status: info.GetStatus().String(),
	}
	if pending := d.GetPendingActivities(); len(pending) > 0 {
		p := pending[0]
		seen.Step, seen.Attempt = p.GetActivityType().GetName(), int(p.GetAttempt())
		if failure := p.GetLastFailure(); failure != nil {
			converter.DecodeCommonFailureAttributes(s.payloads, failure)
			seen.LastFailure = failure.GetMessage()
		}
		// A step that has not reported yet has no details: the zero Progress says so.
		_ = s.payloads.FromPayloads(p.GetHeartbeatDetails(), &seen.Progress)
	}
	return seen, nil
}

// Cancel asks a workflow to stop and to undo. One that has ended, or never was, is success.
func (s *Service) Cancel(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	err := FromService(s.client.CancelWorkflow(ctx, id, ""))
	if hawkfish.KindOf(err) == hawkfish.NotFound {
		return nil
	}
	return err
}

// Signal tells a workflow something. One that has ended, or never was, has no use for it: that is success.
func (s *Service) Signal(ctx context.Context, id, name string, arg any) error {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	err := FromService(s.client.SignalWorkflow(ctx, id, "", name, arg))
	if hawkfish.KindOf(err) == hawkfish.NotFound {
		return nil
	}
	return err
}

// Update sends a Temporal Update and waits until the workflow has handled it.
// What the workflow's validator refuses is a Conflict.
func (s *Service) Update(ctx context.Context, id, name string, arg any) error {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	handle, err := s.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: name, Args: []any{arg}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	if app, ok := errors.AsType[*temporal.ApplicationError](err); ok {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Task", ID: id, Message: app.Message(), Err: err}
	}
	if _, ok := errors.AsType[*serviceerror.NotFound](err); ok {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Task", ID: id, Message: "the task has ended", Err: err}
	}
	return FromService(err)
}
