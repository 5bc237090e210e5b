package durable

import "go.temporal.io/sdk/workflow"

// Undo keeps the steps that take back what a failed workflow did.
type Undo struct{ steps []func() error }

// Push adds a step. Push before the work it takes back: work that timed out may yet have happened.
func (u *Undo) Push(step func() error) { u.steps = append(u.steps, step) }

// Forget drops all steps: the workflow has passed its point of no return.
func (u *Undo) Forget() { u.steps = nil }

// Run runs the steps, last first, all of them, and returns what failed.
func (u *Undo) Run() []error {
	var failed []error
	for i := len(u.steps) - 1; i >= 0; i-- {
		if err := u.steps[i](); err != nil {
			failed = append(failed, err)
		}
	}
	u.steps = nil
	return failed
}

// Uncancelled returns a context for work that must be done although the workflow was cancelled.
func Uncancelled(ctx workflow.Context) workflow.Context {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	return ctx
}
