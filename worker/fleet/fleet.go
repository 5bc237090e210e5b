// Package fleet is the worker beside the database: it runs all workflows, and
// the steps that read and write what the fleet knows. It does not know libvirt.
package fleet

import (
	"context"
	"log/slog"
	"time"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish/activities/fencing"
	"github.com/projectbeskar/hawkfish/activities/inventory"
	"github.com/projectbeskar/hawkfish/activities/migration"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/activities/settings"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows"
)

// Store is what the steps need.
type Store interface {
	placement.Store
	settings.Store
}

// Config is what the worker needs.
type Config struct {
	Service     *durable.Service
	Store       Store
	Parts       subtasks.Parts      // of tasks that are divided
	Admission   inventory.Admission // of hosts
	Fencer      fencing.Fencer      // switches hosts off
	StopTimeout time.Duration       // how long running steps may go on after ctx ends
	Log         *slog.Logger
}

// Run serves the fleet's queue until ctx ends. Any number of fleet workers may run.
func Run(ctx context.Context, cfg Config) error {
	return durable.Serve(ctx, cfg.Log, func() worker.Worker {
		w := worker.New(cfg.Service.Client(), string(durable.Fleet), worker.Options{
			WorkerStopTimeout:            cfg.StopTimeout,
			MaxHeartbeatThrottleInterval: time.Second,
		})
		workflows.Register(w)
		record.Register(w, cfg.Store)
		placement.Register(w, cfg.Store)
		inventory.Register(w, cfg.Store, cfg.Admission)
		settings.Register(w, cfg.Store)
		subtasks.Register(w, cfg.Parts)
		fencing.Register(w, cfg.Store, cfg.Fencer)
		migration.Register(w, cfg.Store)
		return w
	})
}
