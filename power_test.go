package hawkfish_test

import (
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// leaves says in which state each step leaves a guest.
var leaves = map[hawkfish.PowerStep]schemas.PowerState{
	hawkfish.StepStart: schemas.PowerStateOn, hawkfish.StepStop: schemas.PowerStateOff, hawkfish.StepButton: schemas.PowerStateOff,
	hawkfish.StepReset: schemas.PowerStateOn, hawkfish.StepNMI: schemas.PowerStateOn,
}

// A step that is done unseen, and whose answer is lost, is repeated: nothing more may come of that than of a plan
// made from what a host has seen. Resets and NMIs know by themselves that they have been done.
func TestAStepUnseenCanBeRepeated(t *testing.T) {
	t.Parallel()
	unseen := 0
	for _, reset := range hawkfish.ResetTypes() {
		for _, known := range []schemas.PowerState{schemas.PowerStateOff, schemas.PowerStateOn} {
			step, ok := hawkfish.PowerStepUnseen(reset, known)
			if !ok {
				continue
			}
			unseen++
			if plan := hawkfish.PowerSteps(reset, known); len(plan) != 1 || plan[0] != step {
				t.Errorf("%s while %s: does %s, which is not all of %v", reset, known, step, plan)
			}
			after := leaves[step]
			if rest := hawkfish.PowerSteps(reset, after); after != known && len(rest) > 0 {
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
