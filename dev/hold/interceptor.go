package hold

import (
	"context"

	common "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Interceptor holds around every activity, local ones included, and around
// every start of a workflow and every signal to one. Given to a client it also serves the workers
// that are made from it. subject says what a workflow with given search
// attributes works on; what it does can be held for that subject alone.
func Interceptor(d Dir, subject func(temporal.SearchAttributes) string) interceptor.Interceptor {
	return &points{dir: d, subject: subject}
}

type points struct {
	interceptor.InterceptorBase
	dir     Dir
	subject func(temporal.SearchAttributes) string
}

// around runs a step between its two points. A step whose context ends while
// it is held has failed, whatever it did.
func around[T any](ctx context.Context, d Dir, step, subject string, do func() (T, error)) (T, error) {
	var none T
	if err := d.reachAll(ctx, Before(step), subject); err != nil {
		return none, err
	}
	out, err := do()
	if held := d.reachAll(ctx, After(step), subject); held != nil {
		return none, held
	}
	return out, err
}

// reachAll comes to the point of one subject, and to that of all.
func (d Dir) reachAll(ctx context.Context, p Point, subject string) error {
	if subject != "" {
		if err := d.Reach(ctx, p.Of(subject)); err != nil {
			return err
		}
	}
	return d.Reach(ctx, p)
}

func (p *points) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &activityPoints{interceptor.ActivityInboundInterceptorBase{Next: next}, p.dir}
}

type activityPoints struct {
	interceptor.ActivityInboundInterceptorBase
	dir Dir
}

func (a *activityPoints) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	return around(ctx, a.dir, activity.GetInfo(ctx).ActivityType.Name, heard(interceptor.Header(ctx)), func() (any, error) {
		return a.Next.ExecuteActivity(ctx, in)
	})
}

func (p *points) InterceptClient(next interceptor.ClientOutboundInterceptor) interceptor.ClientOutboundInterceptor {
	return &clientPoints{interceptor.ClientOutboundInterceptorBase{Next: next}, p}
}

type clientPoints struct {
	interceptor.ClientOutboundInterceptorBase
	*points
}

func (c *clientPoints) ExecuteWorkflow(ctx context.Context, in *interceptor.ClientExecuteWorkflowInput) (client.WorkflowRun, error) {
	return around(ctx, c.dir, Starting(in.WorkflowType), c.subject(in.Options.TypedSearchAttributes), func() (client.WorkflowRun, error) {
		return c.Next.ExecuteWorkflow(ctx, in)
	})
}

func (c *clientPoints) SignalWorkflow(ctx context.Context, in *interceptor.ClientSignalWorkflowInput) error {
	_, err := around(ctx, c.dir, Signalling(in.SignalName), "", func() (struct{}, error) {
		return struct{}{}, c.Next.SignalWorkflow(ctx, in)
	})
	return err
}

// A workflow tells its activities what it works on: they run in other processes, which do not know it.
const header = "hawkfish-hold-subject"

func tell(headers map[string]*common.Payload, subject string) {
	if payload, err := converter.GetDefaultDataConverter().ToPayload(subject); err == nil && subject != "" {
		headers[header] = payload
	}
}

func heard(headers map[string]*common.Payload) (subject string) {
	if payload := headers[header]; payload != nil {
		_ = converter.GetDefaultDataConverter().FromPayload(payload, &subject)
	}
	return subject
}

func (p *points) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &workflowInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, p}
}

type workflowInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	*points
}

func (w *workflowInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return w.Next.Init(&workflowOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: next}, w.points})
}

type workflowOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	*points
}

func (w *workflowOutbound) tell(ctx workflow.Context) {
	tell(interceptor.WorkflowHeader(ctx), w.subject(w.Next.GetTypedSearchAttributes(ctx)))
}

func (w *workflowOutbound) ExecuteActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	w.tell(ctx)
	return w.Next.ExecuteActivity(ctx, name, args...)
}

func (w *workflowOutbound) ExecuteLocalActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	w.tell(ctx)
	return w.Next.ExecuteLocalActivity(ctx, name, args...)
}
