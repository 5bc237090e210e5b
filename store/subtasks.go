package store

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// OpenBatch stores the task of a batch, which is its own target. Exhausted when the project would have more than
// its quotas allow, were everything made that the batch needs. Each of its parts is asked again.
func (s *Store) OpenBatch(ctx context.Context, t hawkfish.Task, need hawkfish.Usage) (hawkfish.Task, error) {
	t.ID = newID(t.ID)
	t.Target = hawkfish.Target{Kind: hawkfish.TargetBatch, ID: t.ID, Name: t.Target.Name}
	return s.open(ctx, t, func(ctx context.Context, q *db.Queries, t *hawkfish.Task) error {
		return withinQuotas(ctx, q, t.ProjectID, need)
	})
}

// opened returns a subtask that has been opened before, if it has; its ID is the zero one if not. Nobody else opens a part of
// the same parent until the transaction ends. Conflict when the parent has no use for parts any more.
func opened(ctx context.Context, q *db.Queries, t hawkfish.Task) (hawkfish.Task, error) {
	parent, err := lockTask(ctx, q, hawkfish.Scope{All: true}, t.ParentID)
	if err != nil {
		return hawkfish.Task{}, err
	}
	row, err := q.TaskByID(ctx, db.TaskByIDParams{ID: t.ID, Everything: true})
	switch {
	case err == nil:
		return task(row)
	case !errors.Is(err, pgx.ErrNoRows):
		return hawkfish.Task{}, err
	case parent.Ended() || parent.State == schemas.TaskStateCancelling:
		return hawkfish.Task{}, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceTask, ID: parent.ID, Message: "it has no use for further parts: " + string(parent.State)}
	}
	return hawkfish.Task{}, nil
}

// RefuseTask stores a subtask that could not be opened as one that has ended. It fails as opening it would when the parent
// has ended or is being cancelled.
func (s *Store) RefuseTask(ctx context.Context, t hawkfish.Task, faults []*hawkfish.Error) (hawkfish.Task, error) {
	return transact(ctx, s, subject{resourceTask, t.ID}, func(ctx context.Context, q *db.Queries) (hawkfish.Task, error) {
		if there, err := opened(ctx, q, t); err != nil || there.ID != "" {
			return there, err
		}
		if _, err := enqueue(ctx, q, t, math.MaxInt); err != nil {
			return hawkfish.Task{}, err
		}
		refused, err := end(ctx, q, t.ID, hawkfish.Outcome{State: schemas.TaskStateException, Faults: faults})
		if err != nil {
			return refused, err
		}
		if err := q.MarkTold(ctx, []string{t.ID}); err != nil { // who asked for it knows
			return refused, err
		}
		return refused, record(ctx, q, []hawkfish.Event{taskEvent(hawkfish.EventTaskEnded, refused)})
	})
}

// ListSubTasks orders by acceptance and returns how many there are in all. NotFound when the parent is.
func (s *Store) ListSubTasks(ctx context.Context, scope hawkfish.Scope, parentID string, page hawkfish.Page) ([]hawkfish.Task, int, error) {
	if _, err := s.FindTask(ctx, scope, parentID); err != nil {
		return nil, 0, err
	}
	list, err := ask(ctx, s, subject{resourceTask, parentID}, func(ctx context.Context, q *db.Queries) (taskList, error) {
		rows, err := q.ListSubTasks(ctx, db.ListSubTasksParams{ParentID: parentID, Skip: int64(page.Skip), AtMost: atMost(page)})
		if err != nil {
			return taskList{}, err
		}
		if len(rows) == 0 {
			total, err := q.CountSubTasks(ctx, parentID)
			return taskList{total: int(total)}, err
		}
		list := taskList{tasks: make([]hawkfish.Task, len(rows)), total: int(rows[0].Total)}
		for i, row := range rows {
			if list.tasks[i], err = task(row.Task); err != nil {
				return taskList{}, err
			}
		}
		return list, nil
	})
	return list.tasks, list.total, err
}

// TallySubTasks counts the subtasks of a task by their state.
func (s *Store) TallySubTasks(ctx context.Context, parentID string) (hawkfish.Tally, error) {
	if !isID(parentID) {
		return nil, hawkfish.Missing(resourceTask, parentID)
	}
	return ask(ctx, s, subject{resourceTask, parentID}, func(ctx context.Context, q *db.Queries) (hawkfish.Tally, error) {
		rows, err := q.TallySubTasks(ctx, parentID)
		tally := hawkfish.Tally{}
		for _, row := range rows {
			tally[schemas.TaskState(row.State)] = int(row.Count)
		}
		return tally, err
	})
}

// OpenSubTasks lists those subtasks of a task that have not ended.
func (s *Store) OpenSubTasks(ctx context.Context, parentID string) ([]hawkfish.Task, error) {
	if !isID(parentID) {
		return nil, hawkfish.Missing(resourceTask, parentID)
	}
	return ask(ctx, s, subject{resourceTask, parentID}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Task, error) {
		rows, err := q.OpenSubTasks(ctx, parentID)
		if err != nil {
			return nil, err
		}
		return tasks(rows)
	})
}

// ClaimUntold returns, oldest first, up to limit subtasks that have ended, whose parents nobody has been seen to tell, and
// that nobody else has claimed within lease.
func (s *Store) ClaimUntold(ctx context.Context, limit int, lease time.Duration) ([]hawkfish.Task, error) {
	return ask(ctx, s, subject{resource: resourceTask}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Task, error) {
		rows, err := q.ClaimUntold(ctx, db.ClaimUntoldParams{AtMost: int32(min(limit, math.MaxInt32)), Lease: lease.Seconds()})
		if err != nil {
			return nil, err
		}
		return tasks(rows)
	})
}

// MarkTold records that the parents of subtasks have been told of their ends.
func (s *Store) MarkTold(ctx context.Context, ids []string) error {
	_, err := ask(ctx, s, subject{resource: resourceTask}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, q.MarkTold(ctx, ids)
	})
	return err
}
