package control

import (
	"context"
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/power"
)

// ResetRequest asks for a change of power.
type ResetRequest struct {
	ResetType schemas.ResetType `json:"ResetType" validate:"required"`
}

// ResetSystem opens a task that changes a system's power. "Already so" is a task that succeeds.
//
// Requests are carried out in the order they were accepted. ForceOff alone does not wait for a guest
// that is being asked nicely, nor for a power task that is stuck: that task is cancelled. And where too many wait
// for another one, it takes the place of the resets among them: whatever they would do ends with the plug pulled.
func (c *Control) ResetSystem(ctx context.Context, asked Asked, s hawkfish.System, req ResetRequest) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	t, err := newTask(asked, s.ProjectID, hawkfish.OpReset, systemTarget(s), power.Reset{SystemID: s.ID, Type: req.ResetType})
	if err != nil {
		return hawkfish.Task{}, err
	}
	forced := req.ResetType == schemas.ResetTypeForceOff
	opened, err := c.OpenTask(ctx, t)
	if forced && err != nil && hawkfish.KindOf(err) == hawkfish.Busy {
		opened, err = c.SupersedeTasks(ctx, t)
	}
	t, err = c.opened(opened, err)
	if err == nil && forced {
		c.pushAside(ctx, asked, t, givesWay)
	}
	return t, err
}

// pushAside cancels the task that t waits for, when it gives way. That it cannot is no
// failure of t, which then simply waits.
func (c *Control) pushAside(ctx context.Context, asked Asked, t hawkfish.Task, givesWay func(hawkfish.Task) bool) {
	holding, ok, err := c.TaskHolding(ctx, t.Target)
	if err != nil || !ok || holding.ID == t.ID || !givesWay(holding) {
		return
	}
	if _, err := c.CancelTask(ctx, asked, holding); err != nil {
		c.Log.WarnContext(ctx, "a task was not pushed aside", "task_id", holding.ID, "for_task_id", t.ID, "error", err)
	}
}

// graceful are the resets that wait for a guest.
var graceful = map[schemas.ResetType]bool{
	schemas.ResetTypeGracefulShutdown: true,
	schemas.ResetTypeGracefulRestart:  true,
	schemas.ResetTypePushPowerButton:  true,
}

func givesWay(t hawkfish.Task) bool {
	if t.Operation != hawkfish.OpReset {
		return false
	}
	var in power.Reset
	return t.State == schemas.TaskStateSuspended || json.Unmarshal(t.Input, &in) == nil && graceful[in.Type]
}
