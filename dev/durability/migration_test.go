package durability

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/migration"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/workflows"
)

// migrations are what brings systems from one host to another.
var migrations = []request{
	{
		name: "migrate", op: hawkfish.OpMigrate, ask: migrating(nil), ends: "Completed", leaves: &ran{Boots: 1},
		steps: []string{
			starting(string(hawkfish.OpMigrate)), placement.Locate.Name, power.Observe.Name, migration.Offer.Name, placement.Reserve.Name, migration.Prepare.Name,
			migration.Begin.Name, migration.Send.Name, migration.State.Name, migration.Commit.Name, migration.Settle.Name, migration.Note.Name, migration.Forget.Name,
			record.Finish.Name,
		},
	},
	{
		name: "chill", op: hawkfish.OpMigrate, ask: migrating(map[string]any{"Mode": "Cold"}), ends: "Completed", leaves: &ran{Boots: 1},
		steps: []string{power.Shutdown.Name, migration.Send.Name, power.Start.Name},
	},
	{
		name: "return", op: hawkfish.OpMigrate, ask: migrating(nil), stop: migration.Prepare.Name, ends: "Cancelled", leaves: &ran{Boots: 1},
		steps: []string{migration.Abort.Name, migration.Clean.Name, placement.Release.Name, record.Finish.Name},
	},
}

// migrating asks for a system to be brought to another host.
func migrating(how map[string]any) func(*fleet, string) (stack.Task, error) {
	if how == nil {
		how = map[string]any{}
	}
	return func(f *fleet, name string) (stack.Task, error) {
		return f.post(systemsURI+"/"+name+"/Actions/Oem/HawkFishComputerSystem.Migrate", how)
	}
}

// Each process is killed with migrations at every step. In the end each guest is on one host, and has gone on running.
func TestKilledAtEveryStepOfAMigration(t *testing.T) {
	victims := []string{stack.Worker, stack.Simulated}
	if os.Getenv("HAWKFISH_FULL") == "1" {
		victims = append(victims, stack.API, stack.Temporal, stack.Postgres)
	}
	for turn, process := range victims {
		t.Run(process, func(t *testing.T) {
			t.Parallel()
			f := simulatedFleet(t)
			for i := range turns() {
				f.round(f.process(process, 0), trials(migrations, turn+i))
			}
		})
	}
}

// notOnTheWay are steps of a migration that need what the requests above do not meet: a guest that ignores its button, a host without the
// image, one that is gone. The steps are those of other requests, or are tested in workflows.
var notOnTheWay = []string{power.Stop.Name, migration.Source.Name, "images.Fetch", "media.Fetch", migration.Leave.Name}

func TestEveryStepOfAMigrationIsHeld(t *testing.T) {
	var held []string
	for _, r := range migrations {
		held = append(held, r.steps...)
	}
	for _, step := range workflows.Steps[hawkfish.OpMigrate] {
		if !slices.Contains(notOnTheWay, step) {
			require.Contains(t, held, step)
		}
	}
}
