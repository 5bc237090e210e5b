package power_test

import (
	"context"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
)

// machine is a hypervisor with one guest, which counts what is done to it.
type machine struct {
	hawkfish.Hypervisor
	seen hawkfish.Observation
	done int
}

func (m *machine) Observe(context.Context, string) (hawkfish.Observation, error) { return m.seen, nil }
func (m *machine) Start(context.Context, string) (hawkfish.Observation, error)   { return m.did() }
func (m *machine) Stop(context.Context, string) (hawkfish.Observation, error)    { return m.did() }
func (m *machine) Reset(context.Context, string, string) (hawkfish.Observation, error) {
	return m.did()
}
func (m *machine) did() (hawkfish.Observation, error) { m.done++; return m.seen, nil }

func TestAStepIsDoneOnlyWhileThePowerIsAsExpected(t *testing.T) {
	t.Parallel()
	off, on, paused := schemas.PowerStateOff, schemas.PowerStateOn, schemas.PowerStatePaused
	for _, step := range []durable.Activity[power.Change, hawkfish.Observation]{power.Start, power.Stop, power.Reset} {
		for _, tt := range []struct {
			while, is schemas.PowerState
			absent    bool
			done      int
		}{
			{"", off, false, 1}, {"", on, false, 1}, {on, on, false, 1}, {off, off, false, 1}, {paused, paused, false, 1}, {on, paused, false, 0}, {paused, on, false, 0},
			{on, off, false, 0}, {off, on, false, 0}, {off, off, true, 0},
		} {
			m := &machine{seen: hawkfish.Observation{SystemID: "s1", Power: tt.is, Absent: tt.absent, At: time.Now()}}
			var suite testsuite.WorkflowTestSuite
			env := suite.NewTestActivityEnvironment()
			power.Register(env, m, power.DefaultGrace)
			_, err := env.ExecuteActivity(step.Name, power.Change{SystemID: "s1", While: tt.while})
			if m.done != tt.done || (err == nil) != (tt.done == 1) {
				t.Errorf("%s while %q of one that is %s (absent %t): done %d times, %v", step.Name, tt.while, tt.is, tt.absent, m.done, err)
			}
		}
	}
}
