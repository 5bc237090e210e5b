package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// Transactions take their locks in this order, so that none waits for one that waits for it: the queue of a parent, the
// project, the target's queue, the task, hosts, the image, the system, and last the outbox, whose lock also guards the logs.

// FinishTask closes a task, in one transaction with everything that follows from it: the operation's effect on its
// target (see effects), what was observed, the events, and the turn of the target's next
// task. A task that has ended is left alone.
func (s *Store) FinishTask(ctx context.Context, taskID string, o hawkfish.Outcome, seen *hawkfish.Observation, img *hawkfish.ImageFacts) error {
	on := subject{resourceTask, taskID}
	if !isID(taskID) {
		return on.missing()
	}
	if !(hawkfish.Task{State: o.State}).Ended() {
		return &hawkfish.Error{Kind: hawkfish.Internal, Resource: resourceTask, ID: taskID, Message: fmt.Sprintf("%s is no end", o.State)}
	}
	_, err := transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Task, error) {
		t, err := lockTask(ctx, q, hawkfish.Scope{All: true}, taskID)
		if err != nil || t.Ended() {
			return t, err
		}
		return conclude(ctx, q, t, o, seen, img)
	})
	return err
}

// CancelTask ends a task that waits, and marks one that has its turn Cancelling; marking it twice is success.
// Conflict when it has ended, or is suspended where it can only go on.
func (s *Store) CancelTask(ctx context.Context, scope hawkfish.Scope, id string) (hawkfish.Task, error) {
	on := subject{resourceTask, id}
	if !isID(id) {
		return hawkfish.Task{}, on.missing()
	}
	return transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Task, error) {
		t, err := lockTask(ctx, q, scope, id)
		switch {
		case err != nil:
			return t, err
		case t.Ended():
			return t, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceTask, ID: id, Message: "it has ended: " + string(t.State)}
		case t.State == schemas.TaskStateSuspended && t.Committed:
			return t, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceTask, ID: id, Message: "it can no longer be cancelled; decide how it goes on"}
		case t.State == schemas.TaskStatePending:
			return conclude(ctx, q, t, hawkfish.Outcome{State: schemas.TaskStateCancelled}, nil, nil)
		}
		row, err := q.CancelTask(ctx, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return t, nil
		}
		return updated(ctx, q, row, err)
	})
}

// lockTask locks the queue that a task stands in, and reads the task as it is from then on.
func lockTask(ctx context.Context, q *db.Queries, scope hawkfish.Scope, id string) (hawkfish.Task, error) {
	find := db.TaskByIDParams{ID: id, Everything: scope.All, Projects: held(scope)}
	row, err := q.TaskByID(ctx, find)
	if err != nil {
		return hawkfish.Task{}, err
	}
	if err := lockTarget(ctx, q, hawkfish.Target{Kind: hawkfish.TargetKind(row.TargetKind), ID: row.TargetID}); err != nil {
		return hawkfish.Task{}, err
	}
	if row, err = q.TaskByID(ctx, find); err != nil {
		return hawkfish.Task{}, err
	}
	return task(row)
}

// conclude ends a task whose queue is locked.
func conclude(ctx context.Context, q *db.Queries, t hawkfish.Task, o hawkfish.Outcome, seen *hawkfish.Observation, img *hawkfish.ImageFacts) (hawkfish.Task, error) {
	ended, err := end(ctx, q, t.ID, o)
	if err != nil {
		return ended, err
	}
	events := []hawkfish.Event{taskEvent(hawkfish.EventTaskEnded, ended)}
	effect, err := effectOf(ended, o)
	if err != nil {
		return ended, err
	}
	if err := effect.apply(ctx, q, ended, img); err != nil {
		return ended, err
	}
	if effect.event != "" {
		events = append(events, hawkfish.Event{ProjectID: ended.ProjectID, Origin: ended.Target, Kind: effect.event, Detail: json.RawMessage("{}")})
	}
	if seen != nil && !effect.gone {
		changes, err := observe(ctx, q, "", []hawkfish.Observation{*seen})
		if err != nil {
			return ended, err
		}
		events = append(events, changes...)
	}
	next, err := advance(ctx, q, ended.Target, effect.gone)
	if err != nil {
		return ended, err
	}
	return ended, record(ctx, q, append(events, next...))
}

func end(ctx context.Context, q *db.Queries, id string, o hawkfish.Outcome) (hawkfish.Task, error) {
	text, err := faults(o.Faults)
	if err != nil {
		return hawkfish.Task{}, err
	}
	row, err := q.EndTask(ctx, db.EndTaskParams{ID: id, State: string(o.State), Faults: text})
	if err != nil {
		return hawkfish.Task{}, err
	}
	return task(row)
}

// advance gives the target's next task its turn, or closes all that wait when the target is gone: a deletion
// has what it wanted, the others have nothing left to work on.
func advance(ctx context.Context, q *db.Queries, target hawkfish.Target, gone bool) ([]hawkfish.Event, error) {
	if !gone {
		if err := q.PromoteTask(ctx, db.PromoteTaskParams{TargetKind: string(target.Kind), TargetID: target.ID}); err != nil {
			return nil, err
		}
		return nil, aim(ctx, q, target)
	}
	waiting, err := q.WaitingTasks(ctx, db.WaitingTasksParams{TargetKind: string(target.Kind), TargetID: target.ID})
	if err != nil {
		return nil, err
	}
	var events []hawkfish.Event
	for _, w := range waiting {
		o := hawkfish.Outcome{State: schemas.TaskStateCompleted}
		if !deletes[hawkfish.Operation(w.Operation)] {
			fault := &hawkfish.Error{Kind: hawkfish.NotFound, Resource: targetKinds[target.Kind].resource, ID: target.ID}
			o = hawkfish.Outcome{State: schemas.TaskStateException, Faults: []*hawkfish.Error{fault}}
		}
		ended, err := end(ctx, q, w.ID, o)
		if err != nil {
			return nil, err
		}
		events = append(events, taskEvent(hawkfish.EventTaskEnded, ended))
	}
	return events, nil
}

// faults encodes what a task keeps of its errors.
func faults(all []*hawkfish.Error) (json.RawMessage, error) {
	if len(all) == 0 {
		return json.RawMessage("[]"), nil
	}
	return json.Marshal(all)
}
