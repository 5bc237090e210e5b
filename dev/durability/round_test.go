package durability

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
)

// victim is what dies.
type victim struct {
	name string
	kill func()
	// mend starts it again and waits until it is ready.
	mend func()
	down time.Duration // how long it stays dead, if not a moment
}

// round holds all trials at their steps, kills the victim, lets everything go on, starts the victim again, and
// looks at what came of it.
func (f *fleet) round(v victim, all []*trial) {
	f.t.Helper()
	began := time.Now()
	f.prepare(all)
	_, seen := f.events(0)
	prepared := time.Now()

	f.ask(all)
	asked := time.Now()
	v.kill()
	var held, late []string
	for _, t := range all {
		if f.Hold.Holds(t.at) {
			held = append(held, string(t.at))
		} else {
			late = append(late, string(t.at))
		}
		require.NoError(f.t, f.Hold.Release(t.at))
	}
	assert.Greater(f.t, len(held), len(all)/2, "steps that were held when %s died; not %v", v.name, late)
	time.Sleep(v.down) // an outage takes time, which is what is tested
	v.mend()
	mended := time.Now()

	for _, t := range all {
		f.settled(t)
	}
	f.idle() // some tasks open others
	for _, t := range all {
		if t.check != nil {
			t.check(f, t)
		}
	}
	f.told(all, seen)
	f.nothingLeft()
	last, at := f.last(all)
	f.t.Logf("%s: %d systems in %.1f s; %d steps held after %.1f s; back after %.1f s; all done after %.1f s, last %s; no longer held: %v", v.name, len(all),
		prepared.Sub(began).Seconds(), len(held), asked.Sub(prepared).Seconds(), mended.Sub(asked).Seconds(), at.Sub(mended).Seconds(), last, late)
}

// last is the trial that kept the others waiting, and when its tasks had ended.
func (f *fleet) last(all []*trial) (at hold.Point, ended time.Time) {
	f.t.Helper()
	for _, t := range all {
		for _, one := range []stack.Task{t.task, t.next} {
			if one.ID == "" {
				continue
			}
			task, err := f.Store.FindTask(f.t.Context(), everything, one.ID)
			require.NoError(f.t, err)
			if task.EndedAt.After(ended) {
				at, ended = t.at, task.EndedAt
			}
		}
	}
	return at, ended
}

// prepare makes the systems that the trials start from.
func (f *fleet) prepare(all []*trial) {
	f.t.Helper()
	made := make([]stack.Task, len(all))
	index := map[*trial]int{}
	for i, t := range all {
		index[t] = i
		if t.before != nil {
			t.before(f, t.system)
		}
	}
	require.NoError(f.t, each(all, func(t *trial) (err error) {
		if !t.fresh {
			made[index[t]], err = f.provision(t.system)
		}
		return err
	}))
	for i, t := range all {
		if !t.fresh {
			f.must(made[i], nil)
			t.id = f.idOf(t.system)
			f.eventually(within, func(context.Context) error { return f.ranAs(t.id, &ran{Boots: 1}) })
		}
	}
	require.NoError(f.t, each(all, func(t *trial) (err error) {
		if t.ready != nil {
			made[index[t]], err = t.ready(f, t.system)
		}
		return err
	}))
	for i, t := range all {
		if t.ready != nil {
			f.must(made[i], nil)
		}
	}
}

func (f *fleet) idOf(name string) string {
	f.t.Helper()
	s, err := f.Store.FindSystem(f.t.Context(), everything, name)
	require.NoError(f.t, err)
	return s.ID
}

// targetOf is the ID of the system that a task works on.
func targetOf(task stack.Task) (string, error) {
	var oem struct{ HawkFish struct{ TargetID string } }
	err := json.Unmarshal(task.Oem, &oem)
	return oem.HawkFish.TargetID, err
}

// gate is where a trial is cancelled.
func (t *trial) gate() hold.Point { return hold.Before(t.stop).Of(t.system) }

// ask sends all requests, and returns when each is held at its step.
func (f *fleet) ask(all []*trial) {
	f.t.Helper()
	for _, t := range all {
		if t.stop != "" {
			require.NoError(f.t, f.Hold.Arm(t.gate()))
		} else {
			require.NoError(f.t, f.Hold.Arm(t.at))
		}
	}
	require.NoError(f.t, each(all, func(t *trial) (err error) {
		t.task, err = t.ask(f, t.system)
		return err
	}))
	require.NoError(f.t, each(all, func(t *trial) (err error) {
		if t.id, err = targetOf(t.task); err != nil {
			return err
		}
		answer, err := f.Do(f.t.Context(), http.MethodPost, systemsURI+"/"+t.system+"/Actions/ComputerSystem.Reset", map[string]any{"ResetType": "On"})
		switch {
		case err != nil:
			return err
		case answer.Status == http.StatusAccepted && t.op != hawkfish.OpDelete:
			return answer.Into(&t.next)
		case answer.Status == http.StatusConflict && t.op == hawkfish.OpDelete:
		case answer.Status == http.StatusNotFound && t.at == hold.After(record.Finish.Name).Of(t.system) && t.leaves == nil:
		default:
			return fmt.Errorf("one more reset at %s: %w", t.at, &stack.UnexpectedStatus{Answer: answer})
		}
		return nil
	}))
	for _, t := range all {
		if t.stop != "" {
			f.AwaitHeld(t.gate())
			require.NoError(f.t, f.cancel(t.task))
			require.NoError(f.t, f.Hold.Arm(t.at))
			require.NoError(f.t, f.Hold.Release(t.gate()))
		}
	}
	for _, t := range all {
		f.AwaitHeld(t.at)
	}
}

// settled checks that a trial has ended as it must, on its host, in Redfish and in Temporal.
func (f *fleet) settled(t *trial) {
	f.t.Helper()
	t.task = f.AwaitTask(t.task.URI, within)
	if !assert.Equal(f.t, t.ends, t.task.TaskState, "%s: %+v", t.at, t.task) {
		return
	}
	f.workflowEnded(t.task)
	if t.next.ID != "" {
		t.next = f.AwaitTask(t.next.URI, within)
		want := "Completed"
		if t.leaves == nil {
			want = "Exception" // the system has gone
		}
		assert.Equal(f.t, want, t.next.TaskState, "%s: the next task: %+v", t.at, t.next)
	}
	f.eventually(10*time.Second, func(context.Context) error {
		if err := f.ranAs(t.id, t.leaves); err != nil {
			return fmt.Errorf("%s: %w", t.at, err)
		}
		return nil
	})
	answer, err := f.Do(f.t.Context(), http.MethodGet, systemsURI+"/"+t.id, nil)
	require.NoError(f.t, err)
	if t.leaves == nil {
		assert.Equal(f.t, http.StatusNotFound, answer.Status, "%s: %s", t.at, answer)
		return
	}
	f.eventually(within, func(ctx context.Context) error { // what one task has opened another may still be about to do
		var system struct{ PowerState string }
		answer, err := f.Do(ctx, http.MethodGet, systemsURI+"/"+t.id, nil)
		if err == nil {
			err = answer.Into(&system)
		}
		if err == nil && system.PowerState != "On" {
			err = fmt.Errorf("%s: %s", t.at, answer)
		}
		return err
	})
}

// ranAs checks what the hosts have of a system: one domain that runs, with one disk, and went through what was
// wanted, or nothing at all.
func (f *fleet) ranAs(id string, want *ran) error {
	found := f.hosts.look(f.t)[id]
	switch {
	case want == nil && len(found) > 0:
		return fmt.Errorf("system %s: something is left: %+v", id, found)
	case want == nil:
		return nil
	case len(found) != 1:
		return fmt.Errorf("system %s is on %d hosts: %+v", id, len(found), found)
	case !found[0].Domain || !found[0].On || !found[0].Disk || found[0].ran != f.hosts.sees(*want):
		return fmt.Errorf("system %s: want a running domain that went through %+v, got %+v", id, *want, found[0])
	}
	return nil
}

// told checks that each thing was told once.
func (f *fleet) told(all []*trial, after int64) {
	f.t.Helper()
	happened, _ := f.events(0)
	count, ends := map[string]int{}, map[string]int{}
	for _, e := range happened {
		if e.Kind == hawkfish.EventTaskEnded {
			var detail hawkfish.TaskDetail
			require.NoError(f.t, json.Unmarshal(e.Detail, &detail))
			ends[detail.TaskID]++
		} else if e.Sequence > after {
			count[string(e.Kind)+" "+e.Origin.ID]++
		}
	}
	for _, task := range f.tasks() {
		assert.Equal(f.t, 1, ends[task.ID], "times that the end of %s of %s was told", task.Operation, task.Target.Name)
	}
	for _, t := range all {
		want := map[hawkfish.EventKind]int{}
		switch {
		case t.op == hawkfish.OpProvision && t.leaves != nil:
			want[hawkfish.EventSystemCreated] = 1
		case t.op == hawkfish.OpDelete:
			want[hawkfish.EventSystemDeleted] = 1
		}
		for _, kind := range []hawkfish.EventKind{hawkfish.EventSystemCreated, hawkfish.EventSystemDeleted} {
			assert.Equal(f.t, want[kind], count[string(kind)+" "+t.id], "%s: events %s", t.at, kind)
		}
	}
}

// tasks lists all tasks, the latest first.
func (f *fleet) tasks() []hawkfish.Task {
	f.t.Helper()
	tasks, _, err := f.Store.ListTasks(f.t.Context(), everything, hawkfish.Page{})
	require.NoError(f.t, err)
	return tasks
}

// idle waits until no task goes on, of those too that nobody has asked for.
func (f *fleet) idle() {
	f.t.Helper()
	f.eventually(within, func(ctx context.Context) error {
		tasks, _, err := f.Store.ListTasks(ctx, everything, hawkfish.Page{})
		for _, task := range tasks {
			if !task.Ended() {
				return fmt.Errorf("task %s of %s is %s", task.Operation, task.Target.Name, task.State)
			}
		}
		return err
	})
}

// nothingLeft checks that hosts have nothing of systems that the fleet does not know, that all known systems
// are ready, and that no task goes on.
func (f *fleet) nothingLeft() {
	f.t.Helper()
	known, _, err := f.Store.ListSystems(f.t.Context(), everything, hawkfish.Page{})
	require.NoError(f.t, err)
	names := map[string]string{}
	for _, s := range known {
		names[s.ID] = s.Name
		assert.Equal(f.t, hawkfish.PhaseReady, s.Phase, "system %s", s.Name)
	}
	there := f.hosts.look(f.t)
	for id, on := range there {
		assert.Contains(f.t, names, id, "hosts have %+v of a system that is gone", on)
	}
	for id, name := range names {
		assert.Len(f.t, there[id], 1, "hosts of system %s", name)
	}
	for _, t := range f.tasks() {
		assert.True(f.t, t.Ended(), "task %s of %s is %s", t.Operation, t.Target.Name, t.State)
	}
}
