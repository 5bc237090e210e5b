// Package deletion removes a system: the order of the steps.
package deletion

import (
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// System names the system to remove.
type System struct {
	ID string `json:"system"`
}

// Delete is the workflow's declaration.
var Delete = durable.Workflow[System]{
	Name:  string(hawkfish.OpDelete),
	Steps: []string{placement.Locate.Name, power.Stop.Name, provision.Undefine.Name, provision.DeleteDisks.Name},
}

// Run removes a system with its disks. It can be cancelled until the guest is
// stopped; then it goes on to the end, since half a system is of no use.
func Run(ctx workflow.Context, in System) error {
	return task.Carry(ctx, func(t *task.Task) error {
		at, err := task.Need(t, placement.Locate, durable.Fleet, placement.System{ID: in.ID})
		if err != nil || at.ID == "" { // never placed: there is only the row
			return err
		}
		if err := t.On(at.ID); err != nil {
			return err
		}
		queue, system := durable.Host(at.ID), provision.System{ID: in.ID}
		stop := power.Change{SystemID: in.ID, Operation: workflow.GetInfo(ctx).WorkflowExecution.ID}
		if _, err := task.Do(t, power.Stop, queue, stop); err != nil && hawkfish.KindOf(err) != hawkfish.NotFound {
			return err
		}
		t.Commit()
		if _, err := task.Do(t, provision.Undefine, queue, system); err != nil {
			return err
		}
		_, err = task.Do(t, provision.DeleteDisks, queue, system)
		return err
	})
}
