package store

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// ClaimUndispatched returns, oldest first, up to limit tasks whose turn has come, whose workflow nobody has been
// seen to start, and that nobody else has claimed within lease. Cancelling ones are among them: their
// workflow must start, and be cancelled, to end them.
func (s *Store) ClaimUndispatched(ctx context.Context, limit int, lease time.Duration) ([]hawkfish.Task, error) {
	return ask(ctx, s, subject{resource: resourceTask}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Task, error) {
		rows, err := q.ClaimUndispatched(ctx, db.ClaimUndispatchedParams{AtMost: int32(min(limit, math.MaxInt32)), Lease: lease.Seconds()})
		if err != nil {
			return nil, err
		}
		return tasks(rows)
	})
}

// ClaimUnheard returns up to limit tasks that have their turn and were started, but have not
// changed for longer than silence, each again only after another silence.
func (s *Store) ClaimUnheard(ctx context.Context, limit int, silence time.Duration) ([]hawkfish.Task, error) {
	return ask(ctx, s, subject{resource: resourceTask}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Task, error) {
		rows, err := q.ClaimUnheard(ctx, db.ClaimUnheardParams{AtMost: int32(min(limit, math.MaxInt32)), Silence: silence.Seconds()})
		if err != nil {
			return nil, err
		}
		return tasks(rows)
	})
}

// MarkDispatched records that a task's workflow has been started, and makes a New task Running. NotFound.
func (s *Store) MarkDispatched(ctx context.Context, id string) error {
	return s.change(ctx, id, func(ctx context.Context, q *db.Queries) (db.Task, error) { return q.DispatchTask(ctx, id) })
}

// SuspendTask records that a task waits for a person, and why. NotFound.
func (s *Store) SuspendTask(ctx context.Context, taskID string, why hawkfish.Suspension) error {
	text, err := faults(why.Faults)
	if err != nil {
		return failure(err, subject{resourceTask, taskID})
	}
	return s.change(ctx, taskID, func(ctx context.Context, q *db.Queries) (db.Task, error) {
		return q.SuspendTask(ctx, db.SuspendTaskParams{ID: taskID, Step: why.Step, Faults: text, Committed: why.Committed, Needed: why.Needed})
	})
}

// ResumeTask records that a task no longer waits for a person. NotFound.
func (s *Store) ResumeTask(ctx context.Context, taskID string) error {
	return s.change(ctx, taskID, func(ctx context.Context, q *db.Queries) (db.Task, error) { return q.ResumeTask(ctx, taskID) })
}

// change runs an update of one task that meets no row when it is already so, or when the task has ended.
func (s *Store) change(ctx context.Context, id string, update func(context.Context, *db.Queries) (db.Task, error)) error {
	on := subject{resourceTask, id}
	if !isID(id) {
		return on.missing()
	}
	_, err := transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Task, error) {
		row, err := update(ctx, q)
		if errors.Is(err, pgx.ErrNoRows) {
			_, err = q.TaskByID(ctx, db.TaskByIDParams{ID: id, Everything: true})
			return hawkfish.Task{}, err
		}
		return updated(ctx, q, row, err)
	})
	return err
}

// updated tells of a task that has just been changed.
func updated(ctx context.Context, q *db.Queries, row db.Task, err error) (hawkfish.Task, error) {
	if err != nil {
		return hawkfish.Task{}, err
	}
	t, err := task(row)
	if err != nil {
		return hawkfish.Task{}, err
	}
	return t, record(ctx, q, []hawkfish.Event{taskEvent(hawkfish.EventTaskUpdated, t)})
}
