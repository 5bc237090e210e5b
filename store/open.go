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

// OpenTask stores t, with State New when its target is free, else Pending, and makes an ID when it has none.
// Busy when MaxWaitingTasks wait already; NotFound when the target is gone or of
// another project; Conflict when it is being deleted.
func (s *Store) OpenTask(ctx context.Context, t hawkfish.Task) (hawkfish.Task, error) {
	return s.open(ctx, t, func(ctx context.Context, q *db.Queries, t *hawkfish.Task) error {
		_, err := approach(ctx, q, t)
		return err
	})
}

// SupersedeTasks stores t in place of the tasks of its operation that wait for its target, which are cancelled. It
// fails as OpenTask does, but is never Busy: at most one that was stored this way waits beyond MaxWaitingTasks.
func (s *Store) SupersedeTasks(ctx context.Context, t hawkfish.Task) (hawkfish.Task, error) {
	return s.openAmong(ctx, t, hawkfish.MaxWaitingTasks+1, func(ctx context.Context, q *db.Queries, t *hawkfish.Task) error {
		if _, err := approach(ctx, q, t); err != nil {
			return err
		}
		rows, err := q.WaitingTasks(ctx, db.WaitingTasksParams{TargetKind: string(t.Target.Kind), TargetID: t.Target.ID})
		if err != nil {
			return err
		}
		waiting, err := tasks(rows)
		why := &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceTask, ID: t.ID, Message: "a later request of " + t.Requester + " took its place"}
		for _, w := range waiting {
			if err == nil && w.Operation == t.Operation {
				_, err = conclude(ctx, q, w, hawkfish.Outcome{State: schemas.TaskStateCancelled, Faults: []*hawkfish.Error{why}}, nil, nil)
			}
		}
		return err
	})
}

// CreateSystem stores a system and the task that provisions it, or neither. Exists when the name is taken;
// NotFound when the image or the project is missing; Conflict when the image is not ready; Exhausted when
// the project would have more than its quotas allow.
func (s *Store) CreateSystem(ctx context.Context, created hawkfish.System, t hawkfish.Task) (hawkfish.Task, error) {
	created.ID = newID(created.ID)
	t.Target = hawkfish.Target{Kind: hawkfish.TargetSystem, ID: created.ID, Name: created.Name}
	t.ProjectID = created.ProjectID
	return s.open(ctx, t, func(ctx context.Context, q *db.Queries, _ *hawkfish.Task) error {
		if err := withinQuotas(ctx, q, created.ProjectID, created.Need()); err != nil {
			return err
		}
		if err := keepImage(ctx, q, created.ImageID); err != nil {
			return err
		}
		_, err := insertSystem(ctx, q, created)
		return err
	})
}

// keepImage keeps the image of a new system from being deleted before the system is there.
func keepImage(ctx context.Context, q *db.Queries, id string) error {
	if id == "" {
		return nil
	}
	if !isID(id) {
		return hawkfish.Missing(resourceImage, id)
	}
	phase, err := q.ImageToClone(ctx, id)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return hawkfish.Missing(resourceImage, id)
	case err == nil && phase != string(hawkfish.ImageReady):
		return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceImage, ID: id, Message: "it is not ready: " + phase}
	}
	return err
}

// DeleteSystem marks a system Deleting and opens the task that deletes it, or neither. It fails as OpenTask does.
func (s *Store) DeleteSystem(ctx context.Context, t hawkfish.Task) (hawkfish.Task, error) {
	t.Target.Kind = hawkfish.TargetSystem
	return s.open(ctx, t, markDeleting)
}

// CreateImage stores an image and the task that imports it, or neither. Exists when the project has this name and version.
func (s *Store) CreateImage(ctx context.Context, img hawkfish.Image, t hawkfish.Task) (hawkfish.Task, error) {
	img.ID = newID(img.ID)
	t.Target = hawkfish.Target{Kind: hawkfish.TargetImage, ID: img.ID, Name: img.Name + ":" + img.Version}
	t.ProjectID = img.ProjectID
	return s.open(ctx, t, func(ctx context.Context, q *db.Queries, _ *hawkfish.Task) error {
		_, err := insertImage(ctx, q, img)
		return err
	})
}

// DeleteImage marks an image Deleting and opens the task that deletes it, or neither. Conflict while a
// system uses it; else it fails as OpenTask does.
func (s *Store) DeleteImage(ctx context.Context, t hawkfish.Task) (hawkfish.Task, error) {
	t.Target.Kind = hawkfish.TargetImage
	return s.open(ctx, t, func(ctx context.Context, q *db.Queries, t *hawkfish.Task) error {
		if err := markDeleting(ctx, q, t); err != nil {
			return err
		}
		// The mark is made: who wants to clone the image waits for this transaction, and is then refused.
		used, err := q.ImageInUse(ctx, t.Target.ID)
		if err == nil && used {
			err = &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceImage, ID: t.Target.ID, Message: "a system uses it"}
		}
		return err
	})
}

func markDeleting(ctx context.Context, q *db.Queries, t *hawkfish.Task) error {
	now, err := approach(ctx, q, t)
	if err != nil {
		return err
	}
	_, err = targetKinds[t.Target.Kind].markDeleting(ctx, q, t.Target.ID, now.phase)
	return err
}

// open runs what must come before a task, and puts the task into its target's queue.
func (s *Store) open(ctx context.Context, t hawkfish.Task, before func(context.Context, *db.Queries, *hawkfish.Task) error) (hawkfish.Task, error) {
	return s.openAmong(ctx, t, hawkfish.MaxWaitingTasks, before)
}

// openAmong is open where at most this many tasks may wait, itself included.
func (s *Store) openAmong(ctx context.Context, t hawkfish.Task, most int, before func(context.Context, *db.Queries, *hawkfish.Task) error) (hawkfish.Task, error) {
	t.ID = newID(t.ID)
	on := subject{targetKinds[t.Target.Kind].resource, t.Target.ID}
	return transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Task, error) {
		if t.ParentID != "" {
			if there, err := opened(ctx, q, t); err != nil || there.ID != "" {
				return there, err
			}
		}
		fresh := t
		if err := before(ctx, q, &fresh); err != nil {
			return hawkfish.Task{}, err
		}
		fresh, err := enqueue(ctx, q, fresh, most)
		if err != nil {
			return hawkfish.Task{}, err
		}
		return fresh, record(ctx, q, []hawkfish.Event{taskEvent(hawkfish.EventTaskOpened, fresh)})
	})
}

// enqueue stores a task whose target is locked, or as new as the task.
func enqueue(ctx context.Context, q *db.Queries, t hawkfish.Task, most int) (hawkfish.Task, error) {
	queue, err := q.QueueOf(ctx, db.QueueOfParams{TargetKind: string(t.Target.Kind), TargetID: t.Target.ID})
	if err != nil {
		return hawkfish.Task{}, err
	}
	if queue.Waiting >= int64(most) {
		return hawkfish.Task{}, &hawkfish.Error{
			Kind: hawkfish.Busy, Resource: targetKinds[t.Target.Kind].resource, ID: t.Target.ID,
			Message: fmt.Sprintf("%d tasks wait for it already", queue.Waiting),
		}
	}
	state := schemas.TaskStateNew
	if queue.Holding+queue.Waiting > 0 {
		state = schemas.TaskStatePending
	}
	payload, err := json.Marshal(t.Payload)
	if err != nil {
		return hawkfish.Task{}, err
	}
	row, err := q.InsertTask(ctx, db.InsertTaskParams{
		ID: t.ID, ParentID: orNull(t.ParentID), Parts: int32(t.Parts), ProjectID: t.ProjectID, Operation: string(t.Operation),
		TargetKind: string(t.Target.Kind), TargetID: t.Target.ID, TargetName: t.Target.Name,
		Requester: t.Requester, State: string(state), Input: t.Input, Payload: payload,
	})
	if err != nil {
		return hawkfish.Task{}, err
	}
	if t.Operation == hawkfish.OpReset && state == schemas.TaskStateNew {
		if err := aim(ctx, q, t.Target); err != nil {
			return hawkfish.Task{}, err
		}
	}
	return task(row)
}
