package api

import (
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// powerView is what callers see of a system's power beside its state.
type powerView struct {
	LastResetCause     schemas.LastResetCauses         `json:"LastResetCause,omitempty"`
	PowerRestorePolicy schemas.PowerRestorePolicyTypes `json:"PowerRestorePolicy"`
}

func showPower(s hawkfish.System) powerView {
	return powerView{LastResetCause: s.ResetCause, PowerRestorePolicy: s.Machine.RestorePolicy()}
}

// acceptedByPower lists, for each state of power, the resets that make sense in it, in the order of the standard.
var acceptedByPower = func() map[schemas.PowerState][]string {
	accepted := map[schemas.PowerState][]string{}
	for _, r := range hawkfish.ResetTypes() {
		accepted[""] = append(accepted[""], string(r)) // nobody knows it
	}
	for _, v := range schemas.PowerState("").Values() {
		now := schemas.PowerState(v)
		for _, r := range hawkfish.ResetTypes() {
			if !slices.Contains(hawkfish.PowerSteps(r, now), hawkfish.StepRefuse) {
				accepted[now] = append(accepted[now], string(r))
			}
		}
	}
	return accepted
}()

// acceptedResets lists the resets that a system accepts now. What is already so succeeds, so that a client need not
// look first; one that is on its way on accepts what it will when it is on.
func acceptedResets(s hawkfish.System) []string { return acceptedByPower[s.PowerState] }

// troubles says how a system fares whose power is what it is for a reason that somebody should know.
var troubles = map[hawkfish.PowerCause]schemas.Health{
	hawkfish.CauseCrashed:  schemas.HealthWarning,
	hawkfish.CauseFailed:   schemas.HealthWarning,
	hawkfish.CauseWatchdog: schemas.HealthCritical,
	hawkfish.CauseIOError:  schemas.HealthCritical,
	hawkfish.CausePanicked: schemas.HealthCritical,
}

func statusOf(s hawkfish.System) status {
	is := systemStatus[s.Phase]
	if health, ok := troubles[s.PowerCause]; ok && s.Phase == hawkfish.PhaseReady {
		is.Health = health
	}
	return is
}
