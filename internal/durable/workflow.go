package durable

import (
	"context"
	"encoding/json"
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish/internal/tracing"
)

// Workflow declares an order of steps.
type Workflow[In any] struct {
	Name  string
	Steps []string // the steps in their usual order: what tells a percentage from the running one
}

// Orchestrate registers fn as the workflow.
func Orchestrate[In any](r worker.WorkflowRegistry, w Workflow[In], fn func(workflow.Context, In) error) {
	r.RegisterWorkflowWithOptions(fn, workflow.RegisterOptions{Name: w.Name})
}

// Start is everything needed to start a workflow, as a task keeps it.
type Start struct {
	ID         string
	Workflow   string
	Input      json.RawMessage
	Summary    string // one line for the Temporal UI
	Attributes Attributes
	Trace      string // the span that the workflow follows from (W3C traceparent); empty: none
}

// Launch starts a workflow. One with its ID that runs, or has ever run, is
// success: it is the same work. Any other failure is Unavailable.
func (s *Service) Launch(ctx context.Context, w Start) error {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	_, err := s.client.ExecuteWorkflow(tracing.Under(ctx, w.Trace), client.StartWorkflowOptions{
		ID:                       w.ID,
		TaskQueue:                string(Fleet),
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		// Without this the SDK hands back the other run as if it were ours.
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		TypedSearchAttributes:                    w.Attributes.typed(),
		StaticSummary:                            w.Summary,
		EnableEagerStart:                         true,
	}, w.Workflow, w.Input)
	if _, ok := errors.AsType[*serviceerror.WorkflowExecutionAlreadyStarted](err); ok {
		return nil
	}
	return FromService(err)
}
