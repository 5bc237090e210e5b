// Package settings keeps the maintenance window in which changed settings of a system's firmware may take effect: the order
// of the steps.
package settings

import (
	"encoding/json"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	steps "github.com/projectbeskar/hawkfish/activities/settings"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Change is a change of settings in a maintenance window.
type Change struct {
	SystemID  string            `json:"system"`
	Requester string            `json:"requester,omitempty"`
	Kept      map[string]any    `json:"values"`
	ApplyTime schemas.ApplyTime `json:"apply_time"` // AtMaintenanceWindowStart or InMaintenanceWindowOnReset
	Start     time.Time         `json:"start"`
	Seconds   int               `json:"seconds,omitempty"` // how long the window is
	Follow    steps.Follow      `json:"follow"`
}

// Decode reads a task's input.
func Decode(input json.RawMessage) (c Change, err error) {
	err = json.Unmarshal(input, &c)
	return c, err
}

// Values are the values of the attributes.
func (c Change) Values() map[string]any { return hawkfish.DecodeBios(c.Kept) }

// Promoted reports whether the values are by now those that the system is to have.
func (c Change) Promoted(now time.Time) bool { return !now.Before(c.Start) }

// latest is how far ahead a window may be.
const latest = 366 * 24 * time.Hour

// CheckWindow returns what is wrong with the window, all of it at once.
func (c Change) CheckWindow(now time.Time) error {
	const at = "/@Redfish.SettingsApplyTime/MaintenanceWindow"
	switch {
	case c.Start.IsZero():
		return hawkfish.Refused(at+"StartTime", "", "a maintenance window has a beginning")
	case c.Start.Before(now.Add(-time.Minute)) || c.Start.After(now.Add(latest)):
		return hawkfish.Refused(at+"StartTime", c.Start.Format(time.RFC3339), "the maintenance window begins within a year from now")
	case c.Seconds == 0 && c.ApplyTime == schemas.ApplyTimeInMaintenanceWindowOnReset:
		return hawkfish.Refused(at+"DurationInSeconds", strconv.Itoa(c.Seconds), "without a duration no reset can be in the window")
	}
	return nil
}

// Apply is the workflow's declaration.
var Apply = durable.Workflow[Change]{
	Name:  string(hawkfish.OpApplySettings),
	Steps: []string{steps.Promote.Name, steps.Restart.Name, steps.Retract.Name},
}

// Run waits for the window. At its start the guest is restarted, or until its end somebody may reset it; then what no
// boot has brought about is as it was.
func Run(ctx workflow.Context, in Change) error {
	return task.Carry(ctx, func(t *task.Task) error {
		if err := t.SleepUntil(in.Start, "the maintenance window begins"); err != nil {
			return err
		}
		change := steps.Change{SystemID: in.SystemID, Requester: in.Requester, Values: in.Kept, Follow: in.Follow}
		set, err := task.Need(t, steps.Promote, durable.Fleet, change)
		if err != nil {
			return err
		}
		if in.ApplyTime == schemas.ApplyTimeAtMaintenanceWindowStart {
			t.Commit()
			if set.Pending {
				_, err = task.Do(t, steps.Restart, durable.Fleet, change)
			}
			return err
		}
		back := steps.Retraction{Change: change, Before: set.Before}
		t.OnFailure(func() error {
			_, err := task.Do(t, steps.Retract, durable.Fleet, back)
			return err
		})
		if err := t.SleepUntil(in.Start.Add(time.Duration(in.Seconds)*time.Second), "the maintenance window ends"); err != nil {
			return err
		}
		end, err := task.Need(t, steps.Retract, durable.Fleet, back)
		if err == nil && !end.Applied {
			t.Commit()
			err = &hawkfish.Error{
				Kind: hawkfish.TimedOut, Resource: "ComputerSystem", ID: in.SystemID,
				Message: "it was not reset within its maintenance window: its settings are as they were", Value: strconv.Itoa(in.Seconds),
			}
		}
		return err
	})
}
