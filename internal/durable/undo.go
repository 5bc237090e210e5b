package durable

import (
	"slices"

	"go.temporal.io/sdk/workflow"
)

// Undo keeps the steps that take back what a failed workflow did.
type Undo struct{ steps []func() error }

// Push adds a step. Push before the work it takes back: work that timed out may yet have happened.
func (u *Undo) Push(step func() error) { u.steps = append(u.steps, step) }

// Forget drops all steps: the workflow has passed its point of no return.
func (u *Undo) Forget() { u.steps = nil }

// Run runs the steps, last first, and all of them: one that fails does not keep
// the others from being done. What failed is in the history.
func (u *Undo) Run() {
	for _, step := range slices.Backward(u.steps) {
		_ = step()
	}
	u.steps = nil
}

// Uncancelled returns a context for work that must be done although the workflow was cancelled.
func Uncancelled(ctx workflow.Context) workflow.Context {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	return ctx
}
