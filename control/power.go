package control

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/power"
)

// ResetRequest asks for a change of power.
type ResetRequest struct {
	ResetType schemas.ResetType `json:"ResetType" validate:"required"`
	Oem       *ResetOem         `json:"Oem"`
}

// ResetOem is what only HawkFish knows of a reset.
type ResetOem struct {
	HawkFish *Grace `json:"HawkFish"`
}

// Grace says how long a guest that is asked nicely may take, and what becomes of it when it does not obey.
type Grace struct {
	GraceSeconds int       `json:"GraceSeconds" validate:"min=1,max=3600"` // left out: 120
	IfIgnored    IfIgnored `json:"IfIgnored"`                              // left out: Fail
}

// IfIgnored is what becomes of a graceful reset that the guest ignores.
type IfIgnored string

const (
	Fail     IfIgnored = "Fail"     // the task ends in Exception, and the guest goes on
	ForceOff IfIgnored = "ForceOff" // the plug is pulled
)

// Values lists what can become of it.
func (IfIgnored) Values() []string { return []string{string(Fail), string(ForceOff)} }

// workflow is the request as its workflow takes it.
func (r ResetRequest) workflow(systemID string) power.Reset {
	in := power.Reset{SystemID: systemID, Type: r.ResetType}
	if r.Oem != nil && r.Oem.HawkFish != nil {
		in.GraceSeconds, in.Force = r.Oem.HawkFish.GraceSeconds, r.Oem.HawkFish.IfIgnored == ForceOff
	}
	return in
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
	if err := c.makesSense(ctx, s, req.ResetType); err != nil {
		return hawkfish.Task{}, err
	}
	t, err := newTask(asked, s.ProjectID, hawkfish.OpReset, systemTarget(s), req.workflow(s.ID))
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

// makesSense refuses a reset that the system's power forbids, unless something has its turn that may change the power.
func (c *Control) makesSense(ctx context.Context, s hawkfish.System, r schemas.ResetType) error {
	if s.PowerState == "" || !slices.Contains(hawkfish.PowerSteps(r, s.PowerState), hawkfish.StepRefuse) {
		return nil
	}
	if _, busy, err := c.TaskHolding(ctx, systemTarget(s)); busy || err != nil {
		return err
	}
	return &hawkfish.Error{
		Kind: hawkfish.Conflict, Property: "/ResetType", Value: string(r),
		Message: fmt.Sprintf("The system is %s, and nothing is under way that would change it.", s.PowerState),
	}
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
