package hawkfish_test

import (
	"slices"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// leaves says in which state each step leaves a guest.
var leaves = map[hawkfish.PowerStep]schemas.PowerState{
	hawkfish.StepStart: schemas.PowerStateOn, hawkfish.StepStop: schemas.PowerStateOff, hawkfish.StepButton: schemas.PowerStateOff,
	hawkfish.StepPause: schemas.PowerStatePaused, hawkfish.StepResume: schemas.PowerStateOn, hawkfish.StepSuspend: schemas.PowerStateOff,
}

var conditions = []schemas.PowerState{schemas.PowerStateOff, schemas.PowerStateOn, schemas.PowerStatePaused}

// A step that is done unseen, and whose answer is lost, is repeated: nothing more may come of that than of a plan
// made from what a host has seen. Resets and NMIs know by themselves that they have been done; to stop what is off
// changes nothing.
func TestAStepUnseenCanBeRepeated(t *testing.T) {
	t.Parallel()
	unseen := 0
	for _, reset := range hawkfish.ResetTypes() {
		for _, known := range conditions {
			step, ok := hawkfish.PowerStepUnseen(reset, known)
			if !ok {
				continue
			}
			unseen++
			if plan := hawkfish.PowerSteps(reset, known); len(plan) != 1 || plan[0] != step {
				t.Errorf("%s while %s: does %s, which is not all of %v", reset, known, step, plan)
			}
			after, moves := leaves[step]
			if rest := hawkfish.PowerSteps(reset, after); moves && after != known && len(rest) > 0 && !slices.Equal(rest, []hawkfish.PowerStep{step}) {
				t.Errorf("%s while %s: repeated, it would go on to %v", reset, known, rest)
			}
		}
		if _, ok := hawkfish.PowerStepUnseen(reset, ""); ok {
			t.Errorf("%s is done unseen to a guest that nobody has ever seen", reset)
		}
	}
	if unseen == 0 {
		t.Error("no reset spares the trip")
	}
}

// Whatever a guest was doing, it ends where the reset's name says.
func TestResetsLeadWhereTheySay(t *testing.T) {
	t.Parallel()
	on, off, paused := schemas.PowerStateOn, schemas.PowerStateOff, schemas.PowerStatePaused
	ends := map[schemas.ResetType]schemas.PowerState{
		schemas.ResetTypeOn: on, schemas.ResetTypeForceOn: on, schemas.ResetTypeForceOff: off, schemas.ResetTypeGracefulShutdown: off,
		schemas.ResetTypeGracefulRestart: on, schemas.ResetTypeForceRestart: on, schemas.ResetTypePowerCycle: on,
		schemas.ResetTypeFullPowerCycle: on, schemas.ResetTypePause: paused, schemas.ResetTypeResume: on, schemas.ResetTypeSuspend: off,
	}
	for _, reset := range hawkfish.ResetTypes() {
		for _, now := range conditions {
			end := now
			for _, step := range hawkfish.PowerSteps(reset, now) {
				if after, moves := leaves[step]; moves {
					end = after
				}
				if step == hawkfish.StepRefuse {
					end = ends[reset]
				}
			}
			if want, fixed := ends[reset]; fixed && end != want {
				t.Errorf("%s while %s ends %s", reset, now, end)
			}
		}
	}
}
