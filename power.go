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

// IsOn reports whether a guest in this state runs, or soon will.
func IsOn(p schemas.PowerState) bool {
	return p == schemas.PowerStateOn || p == schemas.PowerStatePoweringOn ||
		p == schemas.PowerStatePaused || p == schemas.PowerStatePoweringOff
}
