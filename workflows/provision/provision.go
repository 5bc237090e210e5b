// Package provision makes a system: the order of the steps.
package provision

import (
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/images"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	steps "github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Provision is the workflow's declaration.
var Provision = durable.Workflow[hawkfish.Guest]{
	Name:  string(hawkfish.OpProvision),
	Steps: []string{placement.Place.Name, images.Fetch.Name, steps.CreateDisk.Name, steps.Define.Name, power.Start.Name},
}

// Run makes a system and starts it. A failure leaves nothing of it behind.
func Run(ctx workflow.Context, g hawkfish.Guest) error {
	return task.Carry(ctx, func(t *task.Task) error {
		host, err := task.Need(t, placement.Place, durable.Fleet, placement.System{ID: g.ID})
		if err != nil {
			return err
		}
		if err := t.On(host.ID); err != nil {
			return err
		}
		queue := durable.Host(host.ID)
		if g.Image.SHA256 != "" {
			if _, err := task.Do(t, images.Fetch, queue, g.Image); err != nil {
				return err
			}
		}

		t.OnFailure(func() error {
			_, err := task.Do(t, steps.DeleteDisks, queue, steps.System{ID: g.ID})
			return err
		})
		if _, err := task.Do(t, steps.CreateDisk, queue, g); err != nil {
			return err
		}

		t.OnFailure(func() error {
			_, err := task.Do(t, steps.Undefine, queue, steps.System{ID: g.ID})
			return err
		})
		if _, err := task.Do(t, steps.Define, queue, g); err != nil {
			return err
		}

		change := power.Change{SystemID: g.ID, Operation: workflow.GetInfo(ctx).WorkflowExecution.ID}
		t.OnFailure(func() error {
			_, err := task.Do(t, power.Stop, queue, change)
			return err
		})
		seen, err := task.Do(t, power.Start, queue, change)
		t.Saw(seen)
		return err
	})
}
