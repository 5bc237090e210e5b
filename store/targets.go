package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// standing is what the queue of a target must know of the target itself.
type standing struct {
	projectID string
	name      string
	phase     string
	deleting  bool
}

// targetKind is how the store treats the targets of one kind.
type targetKind struct {
	resource string
	// look reads a target and keeps it from changing until the transaction ends.
	look func(ctx context.Context, q *db.Queries, target hawkfish.Target) (standing, error)
	// markDeleting moves it from the phase it was seen in to Deleting.
	markDeleting func(ctx context.Context, q *db.Queries, id, was string) (int64, error)
}

var targetKinds = map[hawkfish.TargetKind]targetKind{
	hawkfish.TargetSystem: {
		resource: resourceSystem,
		look:     lookAtSystem,
		markDeleting: func(ctx context.Context, q *db.Queries, id, was string) (int64, error) {
			return q.SetSystemPhase(ctx, db.SetSystemPhaseParams{ID: id, Was: was, Phase: string(hawkfish.PhaseDeleting)})
		},
	},
	hawkfish.TargetFirmware: {
		resource: resourceSystem,
		look:     lookAtSystem,
	},
	hawkfish.TargetImage: {
		resource: resourceImage,
		look: func(ctx context.Context, q *db.Queries, target hawkfish.Target) (standing, error) {
			row, err := q.ImageAsTarget(ctx, target.ID)
			return standing{row.ProjectID, row.Name, row.Phase, row.Phase == string(hawkfish.ImageDeleting)}, err
		},
		markDeleting: func(ctx context.Context, q *db.Queries, id, was string) (int64, error) {
			return q.SetImagePhase(ctx, db.SetImagePhaseParams{ID: id, Was: was, Phase: string(hawkfish.ImageDeleting)})
		},
	},
	// A batch comes with its task, and no other task works on it.
	hawkfish.TargetBatch: {
		resource: resourceBatch,
		look: func(context.Context, *db.Queries, hawkfish.Target) (standing, error) {
			return standing{}, pgx.ErrNoRows
		},
	},
	hawkfish.TargetHost: {
		resource: resourceHost,
		look: func(ctx context.Context, q *db.Queries, target hawkfish.Target) (standing, error) {
			row, err := q.HostToChange(ctx, target.Name)
			return standing{projectID: hawkfish.FleetProject, name: target.Name, phase: row.Host.State}, err
		},
	},
}

func lookAtSystem(ctx context.Context, q *db.Queries, target hawkfish.Target) (standing, error) {
	row, err := q.SystemAsTarget(ctx, target.ID)
	return standing{row.ProjectID, row.Name, row.Phase, row.Phase == string(hawkfish.PhaseDeleting)}, err
}

// lockTarget makes the caller the only one to change the target's queue until its transaction ends.
func lockTarget(ctx context.Context, q *db.Queries, target hawkfish.Target) error {
	return q.LockTarget(ctx, string(target.Kind)+"/"+target.ID)
}

// approach locks the target of a new task and completes the task with what the target is. NotFound
// when the target is gone or belongs to another project, Conflict when it is being deleted.
func approach(ctx context.Context, q *db.Queries, t *hawkfish.Task) (standing, error) {
	kind, known := targetKinds[t.Target.Kind]
	if !known || !isID(t.Target.ID) {
		return standing{}, hawkfish.Missing(kind.resource, t.Target.ID)
	}
	if err := lockTarget(ctx, q, t.Target); err != nil {
		return standing{}, err
	}
	now, err := kind.look(ctx, q, t.Target)
	if err != nil {
		return standing{}, err
	}
	if t.ProjectID != "" && t.ProjectID != now.projectID {
		return standing{}, hawkfish.Missing(kind.resource, t.Target.ID)
	}
	if now.deleting {
		return standing{}, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: kind.resource, ID: t.Target.ID, Message: "it is being deleted"}
	}
	t.ProjectID, t.Target.Name = now.projectID, now.name
	return now, nil
}
