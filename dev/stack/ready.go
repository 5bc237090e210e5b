package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	enums "go.temporal.io/api/enums/v1"
	taskqueue "go.temporal.io/api/taskqueue/v1"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// readiness waits until a run of a process is ready.
type readiness func(context.Context, *run) error

// saysReady waits for the line that hawkfish-dev prints.
func saysReady(ctx context.Context, r *run) error {
	select {
	case <-r.said:
		return nil
	case <-r.done:
		return errNotRunning
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// answers waits until the API answers that its database and Temporal do. Hosts are looked at by themselves: a
// test may have killed them.
func (s *Stack) answers(ctx context.Context, r *run) error {
	return until(ctx, r, func(ctx context.Context) error {
		answer, err := s.Do(ctx, http.MethodGet, "/readyz", nil)
		if err != nil {
			return err
		}
		var health struct{ Down map[string]string }
		if err := json.Unmarshal(answer.Body, &health); err != nil {
			return err
		}
		delete(health.Down, "hosts")
		if len(health.Down) > 0 {
			return fmt.Errorf("/readyz: %v", health.Down)
		}
		return nil
	})
}

// polls waits until the run asks Temporal for the work of a queue.
func (s *Stack) polls(queue durable.Queue, kind enums.TaskQueueType) readiness {
	return func(ctx context.Context, r *run) error {
		return until(ctx, r, func(ctx context.Context) error {
			answer, err := s.Temporal.Client().DescribeTaskQueue(ctx, string(queue), kind)
			if err != nil {
				return err
			}
			// Temporal lists those that a killed process has left behind, too.
			if !slices.ContainsFunc(answer.GetPollers(), func(p *taskqueue.PollerInfo) bool {
				return p.GetLastAccessTime().AsTime().After(r.began)
			}) {
				return fmt.Errorf("nobody polls the queue %s", queue)
			}
			return nil
		})
	}
}

// awaitHosts waits until hosts have told the fleet what they are, so that systems can be placed on them.
func (s *Stack) awaitHosts(ctx context.Context, r *run, names []string) error {
	return until(ctx, r, func(ctx context.Context) error {
		known, err := s.Store.ListHosts(ctx)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !slices.ContainsFunc(known, func(h hawkfish.Host) bool { return h.ID == name && h.SeenAt.After(r.began) }) {
				return fmt.Errorf("the fleet does not know host %s", name)
			}
		}
		return nil
	})
}

const (
	lookEvery  = 20 * time.Millisecond
	lookWithin = 5 * time.Second
)

// until looks again and again until it is so, or the run or ctx ends.
func until(ctx context.Context, r *run, look func(context.Context) error) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var last error
	for {
		bounded, cancel := context.WithTimeout(ctx, lookWithin)
		err := look(bounded)
		cancel()
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-r.done:
			return errors.Join(errNotRunning, last)
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), last)
		case <-tick.C:
		}
	}
}
