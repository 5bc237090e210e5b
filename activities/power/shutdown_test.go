package power_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/schemas"
)

// guest is a hypervisor with one guest, which obeys the nth press of its power button; 0: none.
type guest struct {
	hawkfish.Hypervisor
	obeys   int32
	presses atomic.Int32
}

func (g *guest) Observe(context.Context, string) (hawkfish.Observation, error) {
	o := hawkfish.Observation{SystemID: "s1", Power: schemas.PowerStateOn, At: time.Now()}
	if g.obeys > 0 && g.presses.Load() >= g.obeys {
		o.Power = schemas.PowerStateOff
	}
	return o, nil
}

func (g *guest) PressPowerButton(context.Context, string) error { g.presses.Add(1); return nil }

func shutdown(t *testing.T, g *guest) (hawkfish.Observation, error) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	power.Register(env, g, power.Grace{Total: 200 * time.Millisecond, Press: 20 * time.Millisecond, Look: time.Millisecond})
	result, err := env.ExecuteActivity(power.Shutdown.Name, power.Change{SystemID: "s1"})
	var seen hawkfish.Observation
	if err == nil {
		err = result.Get(&seen)
	}
	return seen, err
}

// A guest that still boots misses the button, so it is pressed again.
func TestShutdownPressesUntilTheGuestObeys(t *testing.T) {
	t.Parallel()
	g := &guest{obeys: 3}
	seen, err := shutdown(t, g)
	if err != nil || seen.Power != schemas.PowerStateOff || g.presses.Load() != 3 {
		t.Errorf("%v after %d presses, %v", seen.Power, g.presses.Load(), err)
	}
}

// A guest that ignores the button is a declared outcome, and not one to try again.
func TestShutdownGivesUpOnAGuestThatIgnoresItsButton(t *testing.T) {
	t.Parallel()
	_, err := shutdown(t, &guest{})
	app, ok := errors.AsType[*temporal.ApplicationError](err)
	if !ok || app.Type() != string(hawkfish.TimedOut) || !app.NonRetryable() {
		t.Errorf("%v", err)
	}
}
