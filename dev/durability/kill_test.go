package durability

import (
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish/dev/stack"
)

// process is a victim that is one of the stack's processes.
func (f *fleet) process(name string, down time.Duration) victim {
	return victim{
		name: name,
		kill: func() { f.Kill(name) },
		mend: func() { f.Start(name); f.WaitReady(name) },
		down: down,
	}
}

// outage is how long those are away that others must do without.
const outage = 2 * time.Second

// eachProcess runs a test for each process that is killed, all at once. down is how long it is away then: those are for a while that others must
// do without.
func eachProcess(t *testing.T, run func(t *testing.T, turn int, process string, down time.Duration)) {
	t.Helper()
	for turn, v := range []struct {
		process string
		down    time.Duration
	}{
		{stack.API, 0}, {stack.Worker, 0}, {stack.Simulated, 0}, {stack.Temporal, outage}, {stack.Postgres, outage},
	} {
		t.Run(v.process, func(t *testing.T) {
			t.Parallel()
			run(t, turn, v.process, v.down)
		})
	}
}

// Each process is killed with work of every kind at every step, and everything ends as if nothing had happened.
func TestKilledAtEveryStep(t *testing.T) {
	eachProcess(t, func(t *testing.T, turn int, process string, down time.Duration) {
		f := simulatedFleet(t)
		for i := range turns() {
			f.round(f.process(process, down), trials(slices.Concat(requests, unfetchable), turn+i))
		}
	})
}
