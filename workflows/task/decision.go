package task

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/workflow"
)

// Decision is what a person wants done with a suspended task. Each is a
// Temporal Update of that name, with the person's name as its argument.
type Decision string

const (
	Retry  Decision = "Retry"
	Resume Decision = "Resume"
	Abort  Decision = "Abort"
)

// effects says what each decision does, in the order in which they are offered.
var effects = []struct {
	Decision
	does string
}{
	{Retry, "run the step once more"},
	{Resume, "the step has been done by hand: go on with the next one"},
	{Abort, "give up; what the task has done so far is undone"},
}

type suspension struct {
	step      string
	skippable bool
	decision  Decision
}

// allows says why a decision cannot be taken, if it cannot.
func (s *suspension) allows(d Decision) error {
	switch {
	case s == nil:
		return errors.New("the task is not suspended")
	case s.decision != "":
		return errors.New("it has been decided already: " + string(s.decision))
	case d == Resume && !s.skippable:
		return errors.New("the next steps need the answer of " + s.step + ": it cannot be skipped")
	}
	return nil
}

// describe is the text that the Temporal UI shows while the task waits (Markdown).
func (s *suspension) describe(cause error) string {
	text := fmt.Sprintf("**Suspended** at `%s`\n\n```\n%v\n```\n\nSend one of these Updates:\n", s.step, cause)
	for _, e := range effects {
		if s.allows(e.Decision) == nil {
			text += fmt.Sprintf("- `%s`: %s\n", e.Decision, e.does)
		}
	}
	return text
}

func (t *Task) acceptDecisions() error {
	for _, e := range effects {
		err := workflow.SetUpdateHandlerWithOptions(t.ctx, string(e.Decision),
			func(ctx workflow.Context, by string) error {
				t.suspended.decision = e.Decision
				workflow.GetLogger(ctx).Info("decided", "decision", string(e.Decision), "by", by)
				return nil
			},
			workflow.UpdateHandlerOptions{
				Description: e.does,
				Validator:   func(_ workflow.Context, _ string) error { return t.suspended.allows(e.Decision) },
			})
		if err != nil {
			return err
		}
	}
	return nil
}
