// Package configuration brings a system's guest in line with what the system is to be: the order of the steps.
package configuration

import (
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/placement"
	steps "github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// System names the system. What it is to be is read when the task's turn has come, so that one task does for many changes.
type System struct {
	ID string `json:"system"`
}

// Configure is the workflow's declaration.
var Configure = durable.Workflow[System]{
	Name:  string(hawkfish.OpConfigure),
	Steps: []string{placement.Locate.Name, steps.Configure.Name},
}

// Run has nothing to undo: what the system is to be stays so, and its next start from off brings it about.
func Run(ctx workflow.Context, in System) error {
	return task.Carry(ctx, func(t *task.Task) error {
		at, err := task.Need(t, placement.Locate, durable.Fleet, placement.System{ID: in.ID})
		if err != nil || at.ID == "" {
			return err
		}
		if err := t.On(at.ID); err != nil {
			return err
		}
		seen, err := task.Do(t, steps.Configure, durable.Host(at.ID), *at.Guest)
		t.Saw(seen)
		return err
	})
}
