// Package workflows lists every workflow, for the worker that runs them and
// for those who explain how far one has come.
package workflows

import (
	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	imagesteps "github.com/projectbeskar/hawkfish/activities/images"
	mediasteps "github.com/projectbeskar/hawkfish/activities/media"
	migrationsteps "github.com/projectbeskar/hawkfish/activities/migration"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/adoption"
	"github.com/projectbeskar/hawkfish/workflows/batch"
	"github.com/projectbeskar/hawkfish/workflows/configuration"
	"github.com/projectbeskar/hawkfish/workflows/deletion"
	"github.com/projectbeskar/hawkfish/workflows/evacuation"
	"github.com/projectbeskar/hawkfish/workflows/fencing"
	"github.com/projectbeskar/hawkfish/workflows/images"
	"github.com/projectbeskar/hawkfish/workflows/media"
	"github.com/projectbeskar/hawkfish/workflows/migration"
	"github.com/projectbeskar/hawkfish/workflows/power"
	"github.com/projectbeskar/hawkfish/workflows/provision"
	"github.com/projectbeskar/hawkfish/workflows/recovery"
	"github.com/projectbeskar/hawkfish/workflows/settings"
)

// Register offers all workflows to a fleet worker.
func Register(r worker.WorkflowRegistry) {
	durable.Orchestrate(r, provision.Provision, provision.Run)
	durable.Orchestrate(r, power.Change, power.Run)
	durable.Orchestrate(r, configuration.Configure, configuration.Run)
	durable.Orchestrate(r, settings.Apply, settings.Run)
	durable.Orchestrate(r, media.Insert, media.RunInsert)
	durable.Orchestrate(r, media.Eject, media.RunEject)
	durable.Orchestrate(r, deletion.Delete, deletion.Run)
	durable.Orchestrate(r, images.Import, images.RunImport)
	durable.Orchestrate(r, images.Delete, images.RunDelete)
	durable.Orchestrate(r, batch.Provision, batch.Run)
	durable.Orchestrate(r, adoption.Adopt, adoption.RunAdopt)
	durable.Orchestrate(r, adoption.AdoptMany, adoption.RunAdoptMany)
	durable.Orchestrate(r, adoption.Release, adoption.RunRelease)
	durable.Orchestrate(r, fencing.Fence, fencing.Run)
	durable.Orchestrate(r, evacuation.Evacuate, evacuation.Run)
	durable.Orchestrate(r, evacuation.Return, evacuation.Run)
	durable.Orchestrate(r, recovery.Recover, recovery.Run)
	durable.Orchestrate(r, migration.Migrate, migration.Run)
}

// Steps lists the steps of each operation in their usual order.
var Steps = map[hawkfish.Operation][]string{
	hawkfish.OpProvision:     provision.Provision.Steps,
	hawkfish.OpReset:         power.Change.Steps,
	hawkfish.OpConfigure:     configuration.Configure.Steps,
	hawkfish.OpApplySettings: settings.Apply.Steps,
	hawkfish.OpInsertMedia:   media.Insert.Steps,
	hawkfish.OpEjectMedia:    media.Eject.Steps,
	hawkfish.OpDelete:        deletion.Delete.Steps,
	hawkfish.OpImportImage:   images.Import.Steps,
	hawkfish.OpDeleteImage:   images.Delete.Steps,
	hawkfish.OpBatch:         batch.Provision.Steps,
	hawkfish.OpAdopt:         adoption.Adopt.Steps,
	hawkfish.OpAdoptMany:     adoption.AdoptMany.Steps,
	hawkfish.OpRelease:       adoption.Release.Steps,
	hawkfish.OpFence:         fencing.Fence.Steps,
	hawkfish.OpEvacuate:      evacuation.Evacuate.Steps,
	hawkfish.OpReturn:        evacuation.Return.Steps,
	hawkfish.OpRecover:       recovery.Recover.Steps,
	hawkfish.OpMigrate:       migration.Migrate.Steps,
}

// Share says how much of an operation a step is, compared with others: what transfers a file is nearly all of it, so that
// its part of the bytes is the operation's progress.
func Share(step string) int {
	if step == mediasteps.Fetch.Name || step == imagesteps.Fetch.Name || step == migrationsteps.Send.Name {
		return 100
	}
	return 1
}
