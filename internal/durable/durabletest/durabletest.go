// Package durabletest tests durable work without a Temporal server.
package durabletest

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Run is one run of a workflow among steps that only note that they ran.
type Run struct {
	*testsuite.TestWorkflowEnvironment
	Ran   []string                     // names of the steps, in order, with every attempt
	Fail  func(step string) error      // what a step answers instead of its own answer; nil: nothing fails
	After func(step string, tries int) // called when a step has run
	mu    sync.Mutex
	tries map[string]int
}

// New returns a run that has not started.
func New(t *testing.T) *Run {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler))) // the outcome tells, not the log
	return &Run{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), tries: map[string]int{}}
}

// Step offers a step whose answer is given.
func Step[In, Out any](r *Run, a durable.Activity[In, Out], answer func(In) Out) {
	Try(r, a, func(in In) (Out, error) { return answer(in), nil })
}

// Try is Step for a step that may fail by itself.
func Try[In, Out any](r *Run, a durable.Activity[In, Out], answer func(In) (Out, error)) {
	durable.Implement(r, a, func(_ context.Context, in In) (out Out, err error) {
		r.mu.Lock() // steps may run at the same time
		defer r.mu.Unlock()
		r.Ran = append(r.Ran, a.Name)
		r.tries[a.Name]++
		if r.Fail != nil {
			err = r.Fail(a.Name)
		}
		if r.After != nil {
			r.After(a.Name, r.tries[a.Name])
		}
		if err != nil {
			return out, err
		}
		return answer(in)
	})
}

// Does offers a step that is done for its effect.
func Does[In, Out any](r *Run, a durable.Activity[In, Out]) {
	Step(r, a, func(In) (out Out) { return out })
}
