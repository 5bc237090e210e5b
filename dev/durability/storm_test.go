package durability

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/schemas"
)

const storm = 50

// turnOf is when a task of the storm was accepted, and had its turn, as the database wrote it down.
type turnOf struct {
	ID       string
	Accepted int64
	Started  int64 // microseconds
	Ended    int64
	State    string
	Type     schemas.ResetType
}

// Fifty requests at once on one system are done one by one, in the order of their acceptance.
func TestStorm(t *testing.T) {
	t.Parallel()
	f := simulatedFleet(t)
	f.must(f.provision("storm"))
	kinds := hawkfish.ResetTypes()
	asked := make([]schemas.ResetType, storm)
	for i := range asked {
		asked[i] = kinds[i%len(kinds)]
	}
	rand.Shuffle(len(asked), func(i, j int) { asked[i], asked[j] = asked[j], asked[i] })

	tasks := make(chan stack.Task, storm)
	require.NoError(t, each(asked, func(kind schemas.ResetType) error {
		task, err := f.reset("storm", string(kind))
		tasks <- task
		return err
	}), "50 tasks fit into the queue")
	close(tasks)
	for task := range tasks {
		ended := f.AwaitTask(task.URI, within)
		f.workflowEnded(ended)
	}

	turns := f.turnsOf(f.idOf("storm"))
	require.Len(t, turns, storm)
	may := []schemas.PowerState{schemas.PowerStateOn} // it was provisioned
	var aside int
	for i, one := range turns {
		if i > 0 {
			before := turns[i-1]
			assert.GreaterOrEqual(t, one.Started, before.Ended, "task %d (%s) began before %d (%s) had ended", i, one.Type, i-1, before.Type)
		}
		if one.State == string(schemas.TaskStateCancelled) { // ForceOff pushes aside who waits for a guest, which may yet obey
			aside++
			assert.Contains(t, []schemas.ResetType{schemas.ResetTypeGracefulShutdown, schemas.ResetTypeGracefulRestart, schemas.ResetTypePushPowerButton}, one.Type)
			may = append(may, schemas.PowerStateOn, schemas.PowerStateOff)
			continue
		}
		could := may
		may = outcomes(one, could)
		require.NotEmpty(t, may, "task %d, %s while %v, ended %s", i, one.Type, could, one.State)
	}
	last := f.Get(systemsURI + "/storm")["PowerState"]
	assert.Contains(t, may, schemas.PowerState(last.(string)), "what the last one leaves")
	there := f.hosts.look(t)[f.idOf("storm")]
	require.Len(t, there, 1)
	assert.Equal(t, last != "Off", there[0].On)
	f.nothingLeft()
	t.Logf("%d tasks in %.1f s, %d pushed aside", storm, float64(turns[storm-1].Ended-turns[0].Started)/1e6, aside)
}

// outcomes lists the power that a task that ended so leaves, out of what there may have been before it.
func outcomes(one turnOf, before []schemas.PowerState) (left []schemas.PowerState) {
	for _, power := range before {
		steps := hawkfish.PowerSteps(one.Type, power)
		want := schemas.TaskStateCompleted
		if slices.Contains(steps, hawkfish.StepRefuse) {
			want = schemas.TaskStateException
		}
		if one.State == string(want) {
			left = append(left, after(steps, power))
		}
	}
	return left
}

// after is the power that steps leave.
func after(steps []hawkfish.PowerStep, power schemas.PowerState) schemas.PowerState {
	for _, step := range steps {
		switch step {
		case hawkfish.StepStart, hawkfish.StepResume:
			power = schemas.PowerStateOn
		case hawkfish.StepStop, hawkfish.StepButton, hawkfish.StepSuspend:
			power = schemas.PowerStateOff
		case hawkfish.StepPause:
			power = schemas.PowerStatePaused
		}
	}
	return power
}

// turnsOf lists the resets of a system in the order of their acceptance.
func (f *fleet) turnsOf(system string) []turnOf {
	f.t.Helper()
	conn, err := pgx.Connect(f.t.Context(), f.DatabaseURL)
	require.NoError(f.t, err)
	defer conn.Close(f.t.Context())
	rows, err := conn.Query(f.t.Context(), `
		SELECT id::text, accepted, (extract(epoch FROM started_at) * 1e6)::bigint, (extract(epoch FROM ended_at) * 1e6)::bigint, state, input->>'type'
		FROM tasks WHERE target_id = $1 AND operation = 'system.Reset'`, system)
	require.NoError(f.t, err)
	turns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[turnOf])
	require.NoError(f.t, err)
	slices.SortFunc(turns, func(a, b turnOf) int { return cmp.Compare(a.Accepted, b.Accepted) })
	return turns
}

// A queue that is full says so, and what is in it is done all the same.
func TestAFullQueueIsBusy(t *testing.T) {
	t.Parallel()
	f := simulatedFleet(t)
	f.must(f.provision("full"))
	f.Kill(stack.Simulated) // nothing goes on
	var queue []stack.Task
	for range 1 + hawkfish.MaxWaitingTasks {
		task, err := f.reset("full", "On")
		require.NoError(t, err)
		queue = append(queue, task)
	}
	answer := f.Post(systemsURI+"/full/Actions/ComputerSystem.Reset", map[string]any{"ResetType": "On"})
	assert.Equal(t, http.StatusConflict, answer.Status, "%s", answer)
	f.Start(stack.Simulated)
	for _, task := range queue {
		f.must(task, nil)
	}
	f.nothingLeft()
}
