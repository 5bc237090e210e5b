package durability

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/workflows"
)

const (
	profilesURI = "/redfish/v1/Oem/HawkFish/Profiles"
	batchesURI  = "/redfish/v1/Oem/HawkFish/Batches"
)

// tinyProfile makes a profile of the tiny guest.
func (f *fleet) tinyProfile() {
	f.t.Helper()
	answer := f.Post(profilesURI, map[string]any{"Name": "tiny", "MemoryMiB": 128, "Image": "tiny:1", "Network": "none"})
	require.Equal(f.t, http.StatusCreated, answer.Status, "%s", answer)
}

func (f *fleet) batch(prefix string, count, atOnce int) stack.Task {
	f.t.Helper()
	task, err := f.post(batchesURI, map[string]any{"Profile": "tiny", "Count": count, "NamePrefix": prefix + "-", "MaxConcurrency": atOnce})
	require.NoError(f.t, err)
	return task
}

// held is a batch whose parent task is stopped at a step, while its parts are made or wait.
type held struct {
	name    string
	step    string
	of      bool // the step is the parent's alone, not that of tasks of its parts
	cancels bool // the batch is cancelled to get there
	at      hold.Point
	task    stack.Task
}

// Everything is killed with batches at every step of their own, and no part is lost, or done twice, or left behind.
func TestBatchesKilledAtEveryStep(t *testing.T) {
	eachProcess(t, func(t *testing.T, turn int, process string, down time.Duration) {
		f := simulatedFleet(t)
		f.tinyProfile()
		for i := range turns() {
			f.batchRound(f.process(process, down), turn+i)
		}
	})
}

// batchSteps are where batches are held, in an order in which none keeps the next from its step.
func batchSteps() []*held {
	return []*held{
		{name: "stop", step: subtasks.Cancel.Name, of: true, cancels: true},
		{name: "finish", step: record.Finish.Name, of: true},
		{name: "open", step: subtasks.Open.Name, of: true},
		{name: "start", step: hold.Starting(string(hawkfish.OpBatch)), of: true},
		{name: "tell", step: hold.Signalling(subtasks.Ended)},
	}
}

// What the workflow of a batch does, it must be killed at.
func TestEveryStepOfBatchesIsHeld(t *testing.T) {
	for _, step := range workflows.Steps[hawkfish.OpBatch] {
		require.True(t, slices.ContainsFunc(batchSteps(), func(h *held) bool { return h.step == step }), "add %s to batchSteps", step)
	}
}

func (f *fleet) batchRound(v victim, turn int) {
	f.t.Helper()
	_, seen := f.events(0)
	all := batchSteps()
	for i, b := range all {
		b.at = []func(string) hold.Point{hold.Before, hold.After}[(turn+i)%2](b.step)
		if b.of {
			b.at = b.at.Of(string(hawkfish.OpBatch))
		}
		require.NoError(f.t, f.Hold.Arm(b.at))
		b.task = f.batch(fmt.Sprintf("%s%d", b.name, turn), 4, 2)
		if b.cancels {
			f.eventually(within, func(context.Context) error {
				if len(f.partsOf(b.task)) == 0 {
					return fmt.Errorf("%s: nothing is open", b.name)
				}
				return nil
			})
			require.NoError(f.t, f.cancel(b.task))
		}
		f.AwaitHeld(b.at)
	}
	v.kill()
	var still int
	for _, b := range all {
		if f.Hold.Holds(b.at) {
			still++
		}
		require.NoError(f.t, f.Hold.Release(b.at))
	}
	assert.Greater(f.t, still, len(all)/2, "batches that were held when %s died", v.name)
	time.Sleep(v.down) // an outage takes time, which is what is tested
	v.mend()
	mended := time.Now()
	for _, b := range all {
		f.batchSettled(b, seen)
	}
	f.nothingLeft()
	f.t.Logf("%s: %d of %d batches held; all done %.1f s after it was back", v.name, still, len(all), time.Since(mended).Seconds())
}

// batchSettled checks that a batch has ended as it must: each part once, and what it made is there.
func (f *fleet) batchSettled(b *held, after int64) {
	f.t.Helper()
	b.task = f.AwaitTask(b.task.URI, within)
	want := "Completed"
	if b.cancels {
		want = "Cancelled"
	}
	if !assert.Equal(f.t, want, b.task.TaskState, "%s: %+v", b.at, b.task) {
		return
	}
	f.workflowEnded(b.task)
	ends := map[string]int{}
	happened, _ := f.events(after)
	for _, e := range happened {
		if e.Kind == hawkfish.EventTaskEnded {
			var detail hawkfish.TaskDetail
			require.NoError(f.t, json.Unmarshal(e.Detail, &detail))
			ends[detail.TaskID]++
		}
	}
	parts, made, names := f.partsOf(b.task), 0, map[string]bool{}
	for _, p := range parts {
		names[p.Target.Name] = true
		assert.Equal(f.t, 1, ends[p.ID], "%s: told of the end of %s", b.at, p.Target.Name)
		var leaves *ran
		if p.State == "Completed" {
			made, leaves = made+1, &ran{Boots: 1}
		}
		f.eventually(10*time.Second, func(context.Context) error { return f.ranAs(p.Target.ID, leaves) })
	}
	assert.Len(f.t, names, len(parts), "%s: parts of one system", b.at)
	assert.Equal(f.t, 1, ends[b.task.ID], "%s: told of its end", b.at)
	if !b.cancels {
		assert.Equal(f.t, []int{4, 4}, []int{len(parts), made}, "%s: parts, and how many systems were made", b.at)
	}
}

// partsOf lists the subtasks of a task; none while the database is away.
func (f *fleet) partsOf(parent stack.Task) []hawkfish.Task {
	f.t.Helper()
	parts, _, err := f.Store.ListSubTasks(f.t.Context(), everything, parent.ID, hawkfish.Page{})
	require.NoError(f.t, err)
	return parts
}

// Two hundred systems are asked for at once, and their parent's task says how far they are.
func TestBatchOfTwoHundred(t *testing.T) {
	t.Parallel()
	const count = 200
	s := stack.Start(t, stack.Options{SimulatedHosts: 2})
	f := &fleet{Stack: s, t: t, hosts: journals{filepath.Join(s.Dir, "simulated")}}
	f.importTiny("tiny")
	f.tinyProfile()
	began := time.Now()
	task := f.batch("many", count, 32)
	half := f.AwaitTaskUntil(task.URI, within, "is half done", func(now stack.Task) bool { return now.PercentComplete >= 50 })
	assert.False(t, half.Ended(), "it was done at once: %+v", half)
	task = f.AwaitTask(task.URI, within)
	require.Equal(t, []any{"Completed", "OK"}, []any{task.TaskState, task.TaskStatus}, "%+v", task)
	t.Logf("%d systems in %.1f s", count, time.Since(began).Seconds())
	batch := f.Get(batchesURI + "/" + task.ID)
	require.EqualValues(t, count, batch["Made"])
	assert.EqualValues(t, count, f.Get(strings.TrimPrefix(task.URI, f.Base) + "/SubTasks")["Members@odata.count"])
	f.nothingLeft()

	refused := f.Post(batchesURI, map[string]any{"Profile": "tiny", "Count": 3, "NamePrefix": "many-", "StartIndex": count})
	assert.Equal(t, http.StatusConflict, refused.Status, "%s", refused)
}

// Parts that find no host are told of; the others are made.
func TestBatchWithFailures(t *testing.T) {
	t.Parallel()
	f := simulatedFleet(t)
	answer := f.Post(profilesURI, map[string]any{"Name": "huge", "MemoryMiB": 900_000, "Network": "none", "DiskGiB": 1})
	require.Equal(t, http.StatusCreated, answer.Status, "%s", answer)
	task, err := f.post(batchesURI, map[string]any{"Profile": "huge", "Count": 12, "MaxConcurrency": 4})
	require.NoError(t, err)
	task = f.AwaitTask(task.URI, within)
	require.Equal(t, []any{"Completed", "Warning"}, []any{task.TaskState, task.TaskStatus}, "%+v", task)
	batch := f.Get(batchesURI + "/" + task.ID)
	failed := int(batch["Failed"].(float64))
	t.Logf("%v made, %d failed", batch["Made"], failed)
	require.Positive(t, failed)
	require.Positive(t, batch["Made"])
	assert.Len(t, task.Messages, failed+1)
	f.nothingLeft()
}
