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

// Each process is killed with work of every kind at every step, and everything ends as if nothing had happened.
func TestKilledAtEveryStep(t *testing.T) {
	for turn, v := range []struct {
		process string
		down    time.Duration
	}{
		{stack.API, 0}, {stack.Worker, 0}, {stack.Simulated, 0}, {stack.Temporal, outage}, {stack.Postgres, outage},
	} {
		t.Run(v.process, func(t *testing.T) {
			t.Parallel()
			f := simulatedFleet(t)
			for i := range turns() {
				f.round(f.process(v.process, v.down), trials(slices.Concat(requests, unfetchable), turn+i))
			}
		})
	}
}
