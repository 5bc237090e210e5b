package durable

import (
	"context"
	"errors"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// Ask runs a step on its own, without a workflow, and waits for its answer no
// longer than the step's policy gives it. id must be unique among all that is asked.
func (a Activity[In, Out]) Ask(ctx context.Context, s *Service, queue Queue, id string, in In) (Out, error) {
	ctx, cancel := context.WithTimeout(ctx, a.Policy.GiveUp)
	defer cancel()
	var out Out
	handle, err := s.client.ExecuteActivity(ctx, client.StartActivityOptions{
		ID:                     id,
		TaskQueue:              string(queue),
		StartToCloseTimeout:    a.Policy.Timeout,
		ScheduleToCloseTimeout: a.Policy.GiveUp,
		HeartbeatTimeout:       a.Policy.Heartbeat,
		RetryPolicy:            a.Policy.retries(),
	}, a.Name, in)
	if err != nil {
		return out, FromService(err)
	}
	err = handle.Get(ctx, &out)
	if err == nil {
		return out, nil
	}
	if _, failed := errors.AsType[*temporal.ApplicationError](err); failed {
		return out, fromTemporal(a.Name, err)
	}
	return out, FromService(err) // out of time, or the service is gone
}
