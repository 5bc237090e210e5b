// Package batch makes many systems of one profile: the order of the steps.
package batch

import (
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Provision is the workflow's declaration. Of its input it needs the plan; what the systems are like, the subtasks know.
var Provision = durable.Workflow[hawkfish.Plan]{Name: string(hawkfish.OpBatch), Steps: []string{subtasks.Open.Name, subtasks.Cancel.Name}}

// Run makes the systems, each by a subtask of its own. What has been made stays when others cannot be made, and when
// the rest is cancelled.
func Run(ctx workflow.Context, plan hawkfish.Plan) error {
	return task.Carry(ctx, func(t *task.Task) error { return task.Divide(t, plan) })
}
