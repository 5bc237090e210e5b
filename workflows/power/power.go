// Package power switches a system on and off: the order of the steps.
package power

import (
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/placement"
	steps "github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Reset is one change of a system's power.
type Reset struct {
	SystemID string            `json:"system"`
	Type     schemas.ResetType `json:"type"`
}

// Change is the workflow's declaration.
var Change = durable.Workflow[Reset]{
	Name:  string(hawkfish.OpReset),
	Steps: []string{placement.Locate.Name, steps.Observe.Name, steps.Shutdown.Name, steps.Stop.Name, steps.Start.Name, steps.Reset.Name, steps.NMI.Name},
}

var activityOf = map[hawkfish.PowerStep]durable.Activity[steps.Change, hawkfish.Observation]{
	hawkfish.StepStart:  steps.Start,
	hawkfish.StepStop:   steps.Stop,
	hawkfish.StepButton: steps.Shutdown,
	hawkfish.StepReset:  steps.Reset,
	hawkfish.StepNMI:    steps.NMI,
}

// Run changes the power. What the guest was told cannot be taken back, so there is no undo.
func Run(ctx workflow.Context, in Reset) error {
	return task.Carry(ctx, func(t *task.Task) error {
		at, err := task.Need(t, placement.Locate, durable.Fleet, placement.System{ID: in.SystemID})
		if err != nil {
			return err
		}
		if at.ID == "" {
			return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: in.SystemID, Message: "it has not been placed on a host"}
		}
		if err := t.On(at.ID); err != nil {
			return err
		}
		queue := durable.Host(at.ID)
		change := steps.Change{SystemID: in.SystemID, Operation: workflow.GetInfo(ctx).WorkflowExecution.ID}
		seen, err := task.Need(t, steps.Observe, queue, change)
		if err != nil {
			return err
		}
		t.Saw(seen)
		if seen.Absent {
			return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: in.SystemID, Message: "host " + at.ID + " does not know it"}
		}
		for _, step := range hawkfish.PowerSteps(in.Type, seen.Power) {
			activity, ok := activityOf[step]
			if !ok {
				return &hawkfish.Error{
					Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: in.SystemID,
					Message: "cannot " + string(in.Type) + " while power is " + string(seen.Power),
				}
			}
			after, err := task.Do(t, activity, queue, change)
			if err != nil {
				return err
			}
			t.Saw(after)
		}
		return nil
	})
}
