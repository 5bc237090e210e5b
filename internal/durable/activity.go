// Package durable declares Temporal work once: what it is called, what it
// takes and returns, and how it is retried. Callers and implementers meet at
// the declaration, so neither can drift from the other.
//
// It knows Temporal and the fleet's errors; it does not know what the work is.
package durable

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Queue is where work runs.
type Queue string

// Fleet is the queue that any fleet worker serves.
const Fleet Queue = "fleet"

// Host is the queue of the one worker beside a host's libvirt.
func Host(id string) Queue { return Queue("host-" + id) }

// None is the output of work that is done for its effect.
type None struct{}

// Activity declares a step.
type Activity[In, Out any] struct {
	Name   string
	Policy Policy
}

// Run runs the step and returns its error in the fleet's own words. A
// cancelled workflow waits until the step has noticed.
func (a Activity[In, Out]) Run(ctx workflow.Context, queue Queue, in In) (Out, error) {
	var out Out
	if a.Policy.Local {
		ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
			StartToCloseTimeout:    a.Policy.Timeout,
			ScheduleToCloseTimeout: recordForever,
			RetryPolicy:            a.Policy.retries(),
		})
		return out, fromTemporal(a.Name, workflow.ExecuteLocalActivity(ctx, a.Name, in).Get(ctx, &out))
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:              string(queue),
		ScheduleToStartTimeout: a.Policy.Wait,
		StartToCloseTimeout:    a.Policy.Timeout,
		HeartbeatTimeout:       a.Policy.Heartbeat,
		ScheduleToCloseTimeout: a.Policy.GiveUp,
		WaitForCancellation:    true,
		RetryPolicy:            a.Policy.retries(),
	})
	err := workflow.ExecuteActivity(ctx, a.Name, in).Get(ctx, &out)
	return out, fromTemporal(a.Name, err)
}

// Implement registers fn as the step. A signature that does not fit the declaration does not compile.
func Implement[In, Out any](r worker.ActivityRegistry, a Activity[In, Out], fn func(context.Context, In) (Out, error)) {
	r.RegisterActivityWithOptions(func(ctx context.Context, in In) (Out, error) {
		if a.Policy.Heartbeat > 0 {
			var stop context.CancelFunc
			ctx, stop = beating(ctx, a.Policy.Heartbeat/4)
			defer stop()
		}
		out, err := fn(ctx, in)
		return out, toTemporal(ctx, err)
	}, activity.RegisterOptions{Name: a.Name})
}
