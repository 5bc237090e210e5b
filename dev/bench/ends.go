package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store"
)

// ends sees tasks end, by reading the outbox when the database tells of news. Clients that polled tasks
// tightly would ask the API, and through it Temporal, hundreds of times a second, and so be what is measured.
type ends struct {
	mu   sync.Mutex
	seen map[string]end
	wake chan struct{} // closed, and made anew, whenever something has been seen
	err  error
}

type end struct {
	at    time.Time
	state schemas.TaskState
}

// watchEnds sees what ends from now on, until the test ends or stop is called.
func watchEnds(t testing.TB, s *stack.Stack) (e *ends, stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	conn, err := pgx.Connect(ctx, s.DatabaseURL)
	require.NoError(t, err)
	_, err = conn.Exec(ctx, "LISTEN hawkfish_events") // store/migrations
	require.NoError(t, err)
	e = &ends{seen: map[string]end{}, wake: make(chan struct{})}
	after, err := e.look(ctx, s.Store, 0)
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
		for err == nil {
			if _, err = conn.WaitForNotification(ctx); err == nil {
				after, err = e.look(ctx, s.Store, after)
			}
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.err = err
		close(e.wake)
	}()
	return e, func() { cancel(); <-done }
}

// batch is how many events are read at once.
const batch = 1000

// look reads all events after a sequence number, and returns the last one's.
func (e *ends) look(ctx context.Context, st *store.Store, after int64) (int64, error) {
	for {
		events, err := st.ReadEvents(ctx, after, batch)
		if err != nil {
			return after, err
		}
		at, news := time.Now(), map[string]end{}
		for _, event := range events {
			after = event.Sequence
			var about hawkfish.TaskDetail
			if event.Kind == hawkfish.EventTaskEnded && json.Unmarshal(event.Detail, &about) == nil {
				news[about.TaskID] = end{at, about.State}
			}
		}
		e.tell(news)
		if len(events) < batch {
			return after, nil
		}
	}
}

func (e *ends) tell(news map[string]end) {
	if len(news) == 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, seen := range news {
		e.seen[id] = seen
	}
	close(e.wake)
	e.wake = make(chan struct{})
}

// of waits until a task has ended, and returns when that was seen; an error unless it was completed.
func (e *ends) of(ctx context.Context, id string) (time.Time, error) {
	for {
		e.mu.Lock()
		seen, ok := e.seen[id]
		wake, err := e.wake, e.err
		e.mu.Unlock()
		switch {
		case ok && seen.state != schemas.TaskStateCompleted:
			return seen.at, fmt.Errorf("task %s: %s", id, seen.state)
		case ok:
			return seen.at, nil
		case err != nil:
			return time.Time{}, err
		}
		select {
		case <-ctx.Done():
			return time.Time{}, context.Cause(ctx)
		case <-wake:
		}
	}
}
