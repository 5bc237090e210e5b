package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// effect is what the end of a task does to its target.
type effect struct {
	apply func(ctx context.Context, q *db.Queries, t hawkfish.Task, img *hawkfish.ImageFacts) error
	event hawkfish.EventKind // told of the target; empty: none
	gone  bool               // the target is no more
}

const (
	completed = schemas.TaskStateCompleted
	exception = schemas.TaskStateException
	cancelled = schemas.TaskStateCancelled
)

// effects says what each end of each operation does to the target.
var effects = map[hawkfish.Operation]map[schemas.TaskState]effect{
	hawkfish.OpProvision: {
		completed: {apply: systemReady, event: hawkfish.EventSystemCreated},
		exception: {apply: removeSystem, gone: true},
		cancelled: {apply: removeSystem, gone: true},
	},
	hawkfish.OpReset: {
		completed: {apply: nothing},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpConfigure: {
		completed: {apply: nothing},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpApplySettings: {
		completed: {apply: nothing},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpInsertMedia: {
		completed: {apply: mediumInserted},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpEjectMedia: {
		completed: {apply: mediumEjected},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpDelete: {
		completed: {apply: removeSystem, event: hawkfish.EventSystemDeleted, gone: true},
		exception: {apply: returnSystem},
		cancelled: {apply: returnSystem},
	},
	hawkfish.OpImportImage: {
		completed: {apply: imageReady, event: hawkfish.EventImageReady},
		exception: {apply: removeImage, gone: true},
		cancelled: {apply: removeImage, gone: true},
	},
	hawkfish.OpDeleteImage: {
		completed: {apply: removeImage, event: hawkfish.EventImageDeleted, gone: true},
		exception: {apply: returnImage},
		cancelled: {apply: returnImage},
	},
	hawkfish.OpBatch: {
		completed: {apply: nothing},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpAdopt: {
		completed: {apply: systemReady, event: hawkfish.EventSystemCreated},
		exception: {apply: removeSystem, gone: true},
		cancelled: {apply: removeSystem, gone: true},
	},
	hawkfish.OpAdoptMany: {
		completed: {apply: nothing},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpFence: {
		completed: {apply: nothing},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpRecover: {
		completed: {apply: nothing, event: hawkfish.EventSystemRecovered},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpMigrate: {
		completed: {apply: endsMigration(hawkfish.MigrationCompleted)},
		exception: {apply: endsMigration(hawkfish.MigrationFailed)},
		cancelled: {apply: endsMigration(hawkfish.MigrationCancelled)},
	},
	hawkfish.OpEvacuate: {
		completed: {apply: nothing},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpReturn: {
		completed: {apply: nothing},
		exception: {apply: nothing},
		cancelled: {apply: nothing},
	},
	hawkfish.OpRelease: {
		completed: {apply: removeSystem, event: hawkfish.EventSystemDeleted, gone: true},
		exception: {apply: returnSystem},
		cancelled: {apply: returnSystem},
	},
}

// deletes lists the operations that want their target gone.
var deletes = map[hawkfish.Operation]bool{hawkfish.OpDelete: true, hawkfish.OpDeleteImage: true, hawkfish.OpRelease: true}

// abandoned says what else than Exception's it is when an operation's workflow was ended from outside. What
// half-done work has left on a host must not be forgotten: the system stays, and can be deleted.
var abandoned = map[hawkfish.Operation]effect{hawkfish.OpProvision: {apply: systemLost}, hawkfish.OpAdopt: {apply: systemLost}}

func effectOf(t hawkfish.Task, o hawkfish.Outcome) (effect, error) {
	if e, ok := abandoned[t.Operation]; ok && o.Abandoned {
		return e, nil
	}
	e, ok := effects[t.Operation][t.State]
	if !ok {
		return e, &hawkfish.Error{Kind: hawkfish.Internal, Resource: resourceTask, ID: t.ID, Message: fmt.Sprintf("no effect for %s %s", t.Operation, t.State)}
	}
	return e, nil
}

func nothing(context.Context, *db.Queries, hawkfish.Task, *hawkfish.ImageFacts) error { return nil }

// systemReady leaves a system alone whose deletion waits already.
func systemReady(ctx context.Context, q *db.Queries, t hawkfish.Task, _ *hawkfish.ImageFacts) error {
	_, err := q.SetSystemPhase(ctx, db.SetSystemPhaseParams{
		ID: t.Target.ID, Was: string(hawkfish.PhaseProvisioning), Phase: string(hawkfish.PhaseReady),
	})
	return err
}

// systemLost makes no claim about a system that nobody has seen to the end; its host finds it again, if it is there.
func systemLost(ctx context.Context, q *db.Queries, t hawkfish.Task, _ *hawkfish.ImageFacts) error {
	_, err := q.SetSystemPhase(ctx, db.SetSystemPhaseParams{
		ID: t.Target.ID, Was: string(hawkfish.PhaseProvisioning), Phase: string(hawkfish.PhaseLost),
	})
	return err
}

func removeSystem(ctx context.Context, q *db.Queries, t hawkfish.Task, _ *hawkfish.ImageFacts) error {
	if err := errors.Join(q.DropLogs(ctx, t.Target.ID), q.DropMetrics(ctx, t.Target.ID)); err != nil {
		return err
	}
	_, err := q.DeleteSystem(ctx, t.Target.ID)
	return err
}

func returnSystem(ctx context.Context, q *db.Queries, t hawkfish.Task, _ *hawkfish.ImageFacts) error {
	made := hawkfish.OpProvision
	if t.Operation == hawkfish.OpRelease {
		made = hawkfish.OpAdopt
	}
	return q.ReturnSystem(ctx, db.ReturnSystemParams{ID: t.Target.ID, Provision: string(made)})
}

func imageReady(ctx context.Context, q *db.Queries, t hawkfish.Task, img *hawkfish.ImageFacts) error {
	p := db.ImageImportedParams{ID: t.Target.ID}
	if img != nil {
		p.SHA256, p.SizeBytes, p.VirtualBytes = &img.SHA256, &img.SizeBytes, &img.VirtualBytes
	}
	return q.ImageImported(ctx, p)
}

func removeImage(ctx context.Context, q *db.Queries, t hawkfish.Task, _ *hawkfish.ImageFacts) error {
	_, err := q.DeleteImage(ctx, t.Target.ID)
	return err
}

func returnImage(ctx context.Context, q *db.Queries, t hawkfish.Task, _ *hawkfish.ImageFacts) error {
	return q.ReturnImage(ctx, db.ReturnImageParams{ID: t.Target.ID, Import: string(hawkfish.OpImportImage)})
}
