package hawkfish

import (
	"slices"

	"github.com/projectbeskar/hawkfish/schemas"
)

// PowerStep is one thing a host does to a guest's power.
type PowerStep string

const (
	StepStart   PowerStep = "Start"       // boot it, or let it go on where Suspend has stopped it
	StepStop    PowerStep = "Stop"        // pull the plug; what Suspend has saved is forgotten
	StepButton  PowerStep = "PowerButton" // ask the guest to shut down, and wait until it has
	StepReset   PowerStep = "Reset"       // the reset button
	StepNMI     PowerStep = "NMI"
	StepPause   PowerStep = "Pause"   // hold its processors
	StepResume  PowerStep = "Resume"  // let them go on
	StepSuspend PowerStep = "Suspend" // save its memory, and switch it off
	StepRefuse  PowerStep = "Refuse"  // makes no sense in this state
)

// condition is what the table of resets tells guests apart by.
type condition int

const (
	off condition = iota
	on
	paused
)

func conditionOf(p schemas.PowerState) condition {
	switch {
	case p == schemas.PowerStatePaused:
		return paused
	case IsOn(p):
		return on
	}
	return off
}

// plan lists what a reset does to a guest that is off, to one that is on, and to one that is paused. An empty list
// means "already so", which is success.
type plan [3][]PowerStep

func steps(all ...PowerStep) []PowerStep { return all }

// resets says what each reset does. A paused guest hears no button, so whoever wants something of it wakes it first.
var resets = map[schemas.ResetType]plan{
	schemas.ResetTypeOn:               {off: steps(StepStart), paused: steps(StepResume)},
	schemas.ResetTypeForceOn:          {off: steps(StepStart), paused: steps(StepResume)},
	schemas.ResetTypeForceOff:         {off: steps(StepStop), on: steps(StepStop), paused: steps(StepStop)},
	schemas.ResetTypeGracefulShutdown: {on: steps(StepButton), paused: steps(StepResume, StepButton)},
	schemas.ResetTypeGracefulRestart:  {off: steps(StepStart), on: steps(StepButton, StepStart), paused: steps(StepResume, StepButton, StepStart)},
	schemas.ResetTypeForceRestart:     {off: steps(StepStart), on: steps(StepReset), paused: steps(StepReset, StepResume)},
	schemas.ResetTypePowerCycle:       {off: steps(StepStart), on: steps(StepStop, StepStart), paused: steps(StepStop, StepStart)},
	schemas.ResetTypeFullPowerCycle:   {off: steps(StepStart), on: steps(StepStop, StepStart), paused: steps(StepStop, StepStart)},
	schemas.ResetTypePushPowerButton:  {off: steps(StepStart), on: steps(StepButton), paused: steps(StepResume)},
	schemas.ResetTypeNmi:              {off: steps(StepRefuse), on: steps(StepNMI), paused: steps(StepNMI)},
	schemas.ResetTypePause:            {off: steps(StepRefuse), on: steps(StepPause)},
	schemas.ResetTypeResume:           {off: steps(StepRefuse), paused: steps(StepResume)},
	schemas.ResetTypeSuspend:          {on: steps(StepSuspend), paused: steps(StepSuspend)},
}

// leads says how each step leaves a guest; the others leave it as it is.
var leads = map[PowerStep]condition{
	StepStart: on, StepResume: on, StepPause: paused, StepStop: off, StepButton: off, StepSuspend: off,
}

// PowerGoal is where a reset takes a system's power.
type PowerGoal string

const (
	GoalOn     PowerGoal = "On"
	GoalOff    PowerGoal = "Off"
	GoalCycle  PowerGoal = "Cycle"  // off, and on again
	GoalToggle PowerGoal = "Toggle" // to where it is not
)

// PowerGoals has the goals of resets that change the power; the others leave it on. While one of them has its turn,
// callers see the power on its way.
func PowerGoals() map[schemas.ResetType]PowerGoal {
	return map[schemas.ResetType]PowerGoal{
		schemas.ResetTypeOn: GoalOn, schemas.ResetTypeForceOn: GoalOn, schemas.ResetTypeForceRestart: GoalOn,
		schemas.ResetTypeForceOff: GoalOff, schemas.ResetTypeGracefulShutdown: GoalOff, schemas.ResetTypeSuspend: GoalOff,
		schemas.ResetTypeGracefulRestart: GoalCycle, schemas.ResetTypePowerCycle: GoalCycle, schemas.ResetTypeFullPowerCycle: GoalCycle,
		schemas.ResetTypePushPowerButton: GoalToggle,
	}
}

// ResetTypes lists the resets a system knows, in the order of the standard.
func ResetTypes() []schemas.ResetType {
	var known []schemas.ResetType
	for _, v := range schemas.ResetType("").Values() {
		if _, ok := resets[schemas.ResetType(v)]; ok {
			known = append(known, schemas.ResetType(v))
		}
	}
	return known
}

// PowerSteps lists what r does to a guest in state now; an unknown state counts as off.
func PowerSteps(r schemas.ResetType, now schemas.PowerState) []PowerStep {
	return resets[r][conditionOf(now)]
}

// PowerStepUnseen returns the step that is all that r does to a guest whose state was known to be known, when a host
// may do it without being asked for the state first: only while the guest is in that state, which the host looks at itself.
//
// It must be right to repeat the whole after the step has been done and its answer lost. So what changes the
// state must leave nothing for r to do; PushPowerButton, for one, would start the guest that it has just stopped.
func PowerStepUnseen(r schemas.ResetType, known schemas.PowerState) (PowerStep, bool) {
	todo := PowerSteps(r, known)
	if known == "" || len(todo) != 1 || todo[0] == StepRefuse {
		return "", false
	}
	after, changes := leads[todo[0]]
	rest := resets[r][after]
	return todo[0], !changes || after == conditionOf(known) || len(rest) == 0 || slices.Equal(rest, todo)
}

// IsOn reports whether a guest in this state runs, or soon will.
func IsOn(p schemas.PowerState) bool {
	return p == schemas.PowerStateOn || p == schemas.PowerStatePoweringOn ||
		p == schemas.PowerStatePaused || p == schemas.PowerStatePoweringOff
}

// SamePower reports whether resets do the same to guests in these states.
func SamePower(a, b schemas.PowerState) bool { return conditionOf(a) == conditionOf(b) }
