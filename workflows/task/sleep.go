package task

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// SleepUntil waits for a moment; why is what the Temporal UI shows of the timer. A cancellation ends the wait, and is returned.
func (t *Task) SleepUntil(at time.Time, why string) error {
	left := at.Sub(workflow.Now(t.ctx))
	if left <= 0 {
		return nil
	}
	return workflow.NewTimerWithOptions(t.ctx, left, workflow.TimerOptions{Summary: why}).Get(t.ctx, nil)
}

// Now is the workflow's clock.
func (t *Task) Now() time.Time { return workflow.Now(t.ctx) }
