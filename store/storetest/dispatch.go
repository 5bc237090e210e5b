package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func ids(tasks []hawkfish.Task) []string {
	var all []string
	for _, t := range tasks {
		all = append(all, t.ID)
	}
	return all
}

func testClaim(t *testing.T, f Fleet) {
	var news, waiting []hawkfish.Task
	for _, name := range []string{"web1", "web2", "web3"} {
		s, task := f.Provisioning(t, name, nil)
		news = append(news, task)
		waiting = append(waiting, must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t))
	}
	first := must(f.ClaimUndispatched(t.Context(), 2, time.Minute))(t)
	equal(t, "oldest first", ids(first), ids(news[:2]))
	equal(t, "the rest", ids(must(f.ClaimUndispatched(t.Context(), 9, time.Millisecond))(t)), ids(news[2:]))
	eventually(t, "a lease that has run out", func() bool {
		return len(must(f.ClaimUndispatched(t.Context(), 9, time.Minute))(t)) == 1
	})
	for range 2 {
		ok(t, f.MarkDispatched(t.Context(), news[0].ID))
	}
	started := f.Reload(t, news[0])
	equal(t, "started", []any{started.State, started.Revision}, []any{schemas.TaskStateRunning, news[0].Revision + 1})

	cancelled := must(f.CancelTask(t.Context(), all, news[1].ID))(t)
	ok(t, f.MarkDispatched(t.Context(), cancelled.ID))
	equal(t, "cancelling", f.Reload(t, cancelled).State, schemas.TaskStateCancelling)

	f.Finish(t, news[0], schemas.TaskStateCompleted)
	equal(t, "promoted", ids(must(f.ClaimUndispatched(t.Context(), 9, time.Minute))(t)), ids(waiting[:1]))
}

func testClaimUnheard(t *testing.T, f Fleet) {
	s := f.Ready(t, "web1", nil)
	task := must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	equal(t, "not started", ids(must(f.ClaimUnheard(t.Context(), 9, time.Nanosecond))(t)), ids(nil))
	ok(t, f.MarkDispatched(t.Context(), task.ID))
	equal(t, "just heard", ids(must(f.ClaimUnheard(t.Context(), 9, time.Hour))(t)), ids(nil))
	eventually(t, "silent", func() bool {
		return len(must(f.ClaimUnheard(t.Context(), 9, time.Millisecond))(t)) == 1
	})
	f.Finish(t, task, schemas.TaskStateCompleted)
	equal(t, "ended", ids(must(f.ClaimUnheard(t.Context(), 9, time.Nanosecond))(t)), ids(nil))
}

func testListenDispatch(t *testing.T, f Fleet) {
	ctx, stop := context.WithCancel(t.Context())
	woken, ended := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		ended <- f.ListenDispatch(ctx, func() {
			select {
			case woken <- struct{}{}:
			default:
			}
		})
	}()
	wake := func(why string) {
		t.Helper()
		select {
		case <-woken:
		case <-time.After(10 * time.Second):
			t.Fatalf("not woken: %s", why)
		}
	}
	wake("at the start")
	s, task := f.Provisioning(t, "web1", nil)
	_ = must(f.OpenTask(t.Context(), f.Wish(hawkfish.OpReset, of(s))))(t)
	f.Finish(t, task, schemas.TaskStateCompleted)
	wake("by one whose turn has come")
	stop()
	ok(t, <-ended)
}
