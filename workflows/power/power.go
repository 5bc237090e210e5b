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
	// GraceSeconds is how long the guest may take to obey its power button; 0: as long as its host grants.
	GraceSeconds int `json:"grace_seconds,omitempty"`
	// Force pulls the plug on a guest that has not obeyed.
	Force bool `json:"force,omitempty"`
}

// Change is the workflow's declaration.
var Change = durable.Workflow[Reset]{
	Name: string(hawkfish.OpReset),
	Steps: []string{placement.Locate.Name, steps.Observe.Name, steps.Shutdown.Name, steps.Stop.Name, steps.Start.Name, steps.Reset.Name, steps.NMI.Name,
		steps.Pause.Name, steps.Resume.Name, steps.Suspend.Name},
}

var activityOf = map[hawkfish.PowerStep]durable.Activity[steps.Change, hawkfish.Observation]{
	hawkfish.StepStart:   steps.Start,
	hawkfish.StepStop:    steps.Stop,
	hawkfish.StepButton:  steps.Shutdown,
	hawkfish.StepReset:   steps.Reset,
	hawkfish.StepNMI:     steps.NMI,
	hawkfish.StepPause:   steps.Pause,
	hawkfish.StepResume:  steps.Resume,
	hawkfish.StepSuspend: steps.Suspend,
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
		r := &run{Task: t, Reset: in, host: at.ID, guest: at.Guest, queue: durable.Host(at.ID)}
		if done, err := r.unseen(at.Power); done || err != nil {
			return err
		}
		return r.seen()
	})
}

// run is a reset under way.
type run struct {
	*task.Task
	Reset
	host  string
	guest *hawkfish.Guest
	queue durable.Queue
}

// unseen does a reset of one step without asking for the guest's state before, which is half of what it would take. It
// reports whether that was all: when the guest is not as it was last seen, nothing has been done.
func (r *run) unseen(known schemas.PowerState) (done bool, err error) {
	step, ok := hawkfish.PowerStepUnseen(r.Type, known)
	if !ok {
		return false, nil
	}
	err = r.do(step, known)
	if hawkfish.KindOf(err) == hawkfish.Stale {
		return false, nil
	}
	return true, err
}

// seen asks the host for the guest's state, and takes the steps that lead from there.
func (r *run) seen() error {
	now, err := task.Need(r.Task, steps.Observe, r.queue, r.change())
	if err != nil {
		return err
	}
	r.Saw(now)
	if now.Absent {
		return r.conflict("host " + r.host + " does not know it")
	}
	for _, step := range hawkfish.PowerSteps(r.Type, now.Power) {
		if step == hawkfish.StepRefuse {
			return r.conflict("cannot " + string(r.Type) + " while power is " + string(now.Power))
		}
		if err := r.do(step, ""); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) do(step hawkfish.PowerStep, while schemas.PowerState) error {
	change := r.change()
	change.While = while
	if step == hawkfish.StepStart || step == hawkfish.StepReset { // either may be a boot
		change.Guest = r.guest
	}
	if step == hawkfish.StepButton {
		change.GraceSeconds = r.GraceSeconds
	}
	after, err := task.Do(r.Task, activityOf[step], r.queue, change)
	if step == hawkfish.StepButton && r.Force && hawkfish.KindOf(err) == hawkfish.TimedOut {
		return r.do(hawkfish.StepStop, "")
	}
	if err == nil {
		r.Saw(after)
	}
	return err
}

// change names the task as the operation, so that its reset is not done twice.
func (r *run) change() steps.Change { return steps.Change{SystemID: r.SystemID, Operation: r.ID()} }

func (r *run) conflict(why string) error {
	return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: r.SystemID, Message: why}
}
