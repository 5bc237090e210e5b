// Package adoption makes systems of domains that HawkFish has not made, and lets them go: the order of the steps.
package adoption

import (
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	steps "github.com/projectbeskar/hawkfish/activities/adoption"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Adopt, AdoptMany and Release are the workflows' declarations.
var (
	Adopt     = durable.Workflow[hawkfish.Adoption]{Name: string(hawkfish.OpAdopt), Steps: []string{steps.Adopt.Name}}
	AdoptMany = durable.Workflow[hawkfish.Plan]{Name: string(hawkfish.OpAdoptMany), Steps: []string{subtasks.Open.Name}}
	Release   = durable.Workflow[hawkfish.Release]{Name: string(hawkfish.OpRelease), Steps: []string{placement.Locate.Name, steps.Release.Name}}
)

// RunAdopt puts HawkFish's mark on a domain. The system's row is there already, so that nobody else can have its name; when
// the task fails both are gone, and the domain is what it was.
func RunAdopt(ctx workflow.Context, in hawkfish.Adoption) error {
	return task.Carry(ctx, func(t *task.Task) error {
		if err := t.On(in.HostID); err != nil {
			return err
		}
		queue := durable.Host(in.HostID)
		t.OnFailure(func() error {
			_, err := task.Do(t, steps.Release, queue, hawkfish.Release{SystemID: in.Seen.ID})
			return err
		})
		seen, err := task.Do(t, steps.Adopt, queue, in)
		t.Saw(seen)
		return err
	})
}

// RunAdoptMany adopts domains, each by a subtask of its own.
func RunAdoptMany(ctx workflow.Context, plan hawkfish.Plan) error {
	return task.Carry(ctx, func(t *task.Task) error { return task.Divide(t, plan) })
}

// RunRelease takes the mark away. Half way there is no way back: whether the mark is gone only its host knows.
func RunRelease(ctx workflow.Context, in hawkfish.Release) error {
	return task.Carry(ctx, func(t *task.Task) error {
		at, err := task.Need(t, placement.Locate, durable.Fleet, placement.System{ID: in.SystemID})
		if err != nil {
			return err
		}
		if err := t.On(at.ID); err != nil {
			return err
		}
		t.Commit()
		_, err = task.Do(t, steps.Release, durable.Host(at.ID), in)
		return err
	})
}
