package hawkfish

import "github.com/projectbeskar/hawkfish/schemas"

// PowerStep is one thing a host does to a guest's power.
type PowerStep string

const (
	StepStart  PowerStep = "Start"       // boot it
	StepStop   PowerStep = "Stop"        // pull the plug
	StepButton PowerStep = "PowerButton" // ask the guest to shut down, and wait until it has
	StepReset  PowerStep = "Reset"       // the reset button
	StepNMI    PowerStep = "NMI"
	StepRefuse PowerStep = "Refuse" // makes no sense in this state
)

// resets says what each reset does to a guest that is off, and to one that is
// on. An empty list means "already so", which is success.
var resets = map[schemas.ResetType]struct{ off, on []PowerStep }{
	schemas.ResetTypeOn:               {off: []PowerStep{StepStart}},
	schemas.ResetTypeForceOn:          {off: []PowerStep{StepStart}},
	schemas.ResetTypeForceOff:         {on: []PowerStep{StepStop}},
	schemas.ResetTypeGracefulShutdown: {on: []PowerStep{StepButton}},
	schemas.ResetTypeGracefulRestart:  {off: []PowerStep{StepStart}, on: []PowerStep{StepButton, StepStart}},
	schemas.ResetTypeForceRestart:     {off: []PowerStep{StepStart}, on: []PowerStep{StepReset}},
	schemas.ResetTypePowerCycle:       {off: []PowerStep{StepStart}, on: []PowerStep{StepStop, StepStart}},
	schemas.ResetTypePushPowerButton:  {off: []PowerStep{StepStart}, on: []PowerStep{StepButton}},
	schemas.ResetTypeNmi:              {off: []PowerStep{StepRefuse}, on: []PowerStep{StepNMI}},
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
	if IsOn(now) {
		return resets[r].on
	}
	return resets[r].off
}

// PowerStepUnseen returns the step that is all that r does to a guest whose state was known to be known, when a host
// may do it without being asked for the state first: only while the guest is in that state, which the host looks at itself.
//
// It must be right to repeat the whole after the step has been done and its answer lost. So what changes the
// state must leave nothing for r to do; PushPowerButton, for one, would start the guest that it has just stopped.
func PowerStepUnseen(r schemas.ResetType, known schemas.PowerState) (PowerStep, bool) {
	steps := PowerSteps(r, known)
	if known == "" || len(steps) != 1 || steps[0] == StepRefuse {
		return "", false
	}
	after := resets[r].on
	if IsOn(known) {
		after = resets[r].off
	}
	stays := steps[0] == StepReset || steps[0] == StepNMI
	return steps[0], stays || len(after) == 0
}

// IsOn reports whether a guest in this state runs, or soon will.
func IsOn(p schemas.PowerState) bool {
	return p == schemas.PowerStateOn || p == schemas.PowerStatePoweringOn ||
		p == schemas.PowerStatePaused || p == schemas.PowerStatePoweringOff
}
