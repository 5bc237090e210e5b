// Package evacuation empties hosts, and brings back what has left them: the order of the steps.
package evacuation

import (
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Evacuate and Return are the workflows' declarations. Each system leaves, or returns, by a subtask of its own, which knows how.
var (
	Evacuate = durable.Workflow[hawkfish.Evacuation]{Name: string(hawkfish.OpEvacuate), Steps: []string{subtasks.Open.Name, subtasks.Cancel.Name}}
	Return   = durable.Workflow[hawkfish.Evacuation]{Name: string(hawkfish.OpReturn), Steps: []string{subtasks.Open.Name, subtasks.Cancel.Name}}
)

// Run has every system of the plan brought to another host, or shut down. One that cannot be is told, and keeps none of the others waiting; what has
// left stays where it is when the rest is cancelled. It ends when the plan's time is over, whatever has become of the systems.
func Run(ctx workflow.Context, in hawkfish.Evacuation) error {
	return task.Carry(ctx, func(t *task.Task) error {
		if err := t.On(in.HostID); err != nil {
			return err
		}
		return task.Divide(t, in.Plan)
	})
}
