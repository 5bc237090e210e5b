package hold

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
)

// Interceptor holds around every activity, local ones included, and around
// every start of a workflow. Given to a client it also serves the workers
// that are made from it.
func Interceptor(d Dir) interceptor.Interceptor { return &points{dir: d} }

type points struct {
	interceptor.InterceptorBase
	dir Dir
}

// around runs a step between its two points. A step whose context ends while
// it is held has failed, whatever it did.
func around[T any](ctx context.Context, d Dir, step string, do func() (T, error)) (T, error) {
	var none T
	if err := d.Reach(ctx, Before(step)); err != nil {
		return none, err
	}
	out, err := do()
	if held := d.Reach(ctx, After(step)); held != nil {
		return none, held
	}
	return out, err
}

func (p *points) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &activityPoints{interceptor.ActivityInboundInterceptorBase{Next: next}, p.dir}
}

type activityPoints struct {
	interceptor.ActivityInboundInterceptorBase
	dir Dir
}

func (a *activityPoints) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	return around(ctx, a.dir, activity.GetInfo(ctx).ActivityType.Name, func() (any, error) {
		return a.Next.ExecuteActivity(ctx, in)
	})
}

func (p *points) InterceptClient(next interceptor.ClientOutboundInterceptor) interceptor.ClientOutboundInterceptor {
	return &clientPoints{interceptor.ClientOutboundInterceptorBase{Next: next}, p.dir}
}

type clientPoints struct {
	interceptor.ClientOutboundInterceptorBase
	dir Dir
}

func (c *clientPoints) ExecuteWorkflow(ctx context.Context, in *interceptor.ClientExecuteWorkflowInput) (client.WorkflowRun, error) {
	return around(ctx, c.dir, Starting(in.WorkflowType), func() (client.WorkflowRun, error) {
		return c.Next.ExecuteWorkflow(ctx, in)
	})
}
