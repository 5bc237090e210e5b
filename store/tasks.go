package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindTask takes an ID. NotFound.
func (s *Store) FindTask(ctx context.Context, scope hawkfish.Scope, id string) (hawkfish.Task, error) {
	on := subject{resourceTask, id}
	if !isID(id) {
		return hawkfish.Task{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Task, error) {
		row, err := q.TaskByID(ctx, db.TaskByIDParams{ID: id, Everything: scope.All, Projects: held(scope)})
		if err != nil {
			return hawkfish.Task{}, err
		}
		return task(row)
	})
}

type taskList struct {
	tasks []hawkfish.Task
	total int
}

// ListTasks orders newest first and returns how many there are in all.
func (s *Store) ListTasks(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) ([]hawkfish.Task, int, error) {
	list, err := ask(ctx, s, subject{resource: resourceTask}, func(ctx context.Context, q *db.Queries) (taskList, error) {
		rows, err := q.ListTasks(ctx, db.ListTasksParams{Everything: scope.All, Projects: held(scope), Skip: int64(page.Skip), AtMost: atMost(page)})
		if err != nil {
			return taskList{}, err
		}
		if len(rows) == 0 {
			total, err := q.CountTasks(ctx, db.CountTasksParams{Everything: scope.All, Projects: held(scope)})
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

// TaskHolding returns the task of a target that has its turn, if any.
func (s *Store) TaskHolding(ctx context.Context, target hawkfish.Target) (hawkfish.Task, bool, error) {
	if !isID(target.ID) {
		return hawkfish.Task{}, false, nil
	}
	holder, err := ask(ctx, s, subject{resourceTask, ""}, func(ctx context.Context, q *db.Queries) (hawkfish.Task, error) {
		row, err := q.TaskHolding(ctx, db.TaskHoldingParams{TargetKind: string(target.Kind), TargetID: target.ID})
		if errors.Is(err, pgx.ErrNoRows) {
			return hawkfish.Task{}, nil
		}
		if err != nil {
			return hawkfish.Task{}, err
		}
		return task(row)
	})
	return holder, holder.ID != "", err
}
