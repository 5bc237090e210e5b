package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Openers, dispatchers and workers race for one system: every task runs, one at a time, in the order of acceptance.
func testQueueRace(t *testing.T, f Fleet) {
	const openers, each, limit = 8, 6, 20 * time.Second
	deadline := time.Now().Add(limit)
	s := f.Ready(t, "web1", nil)
	var opening, working sync.WaitGroup
	for range openers {
		opening.Go(func() {
			for range each {
				if _, err := f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var running, ran atomic.Int32
	var mu sync.Mutex
	var order []string
	for range 4 {
		working.Go(func() {
			for ran.Load() < openers*each && !t.Failed() {
				if time.Now().After(deadline) {
					t.Errorf("a task has not got its turn within %s", limit)
				}
				claimed, err := f.ClaimUndispatched(t.Context(), 4, time.Minute)
				if err != nil {
					t.Error(err)
				}
				for _, task := range claimed {
					if running.Add(1) != 1 {
						t.Error("two tasks of one system run at once")
					}
					mu.Lock()
					order = append(order, task.ID)
					mu.Unlock()
					err := f.MarkDispatched(t.Context(), task.ID)
					running.Add(-1)
					if err == nil {
						err = f.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil)
					}
					if err != nil {
						t.Error(err)
					}
					ran.Add(1)
				}
			}
		})
	}
	opening.Wait()
	working.Wait()
	tasks, _, err := f.ListTasks(t.Context(), all, hawkfish.Page{Limit: openers * each})
	ok(t, err)
	for i, task := range tasks { // newest first
		equal(t, "order", order[len(order)-1-i], task.ID)
		equal(t, "state", task.State, schemas.TaskStateCompleted)
	}
}
