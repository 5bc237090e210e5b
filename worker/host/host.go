// Package host is the worker beside one hypervisor: it runs the steps that
// touch guests, and reports what it sees. It knows only Temporal and the
// hypervisor: no database, no other tenant's secrets.
package host

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/adoption"
	"github.com/projectbeskar/hawkfish/activities/console"
	"github.com/projectbeskar/hawkfish/activities/fencing"
	"github.com/projectbeskar/hawkfish/activities/images"
	"github.com/projectbeskar/hawkfish/activities/media"
	"github.com/projectbeskar/hawkfish/activities/migration"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Config is what the worker needs.
type Config struct {
	ID          string // the host's name in the fleet
	URI         string // where its hypervisor is; shown to operators
	Version     string // of the worker
	Service     *durable.Service
	Hypervisor  hawkfish.Hypervisor
	Token       hawkfish.JoinToken // shows the fleet that this is the host's worker; empty: the host is not registered
	Grace       power.Grace        // zero: power.DefaultGrace
	StopTimeout time.Duration      // how long running steps may go on after ctx ends
	Unseal      media.Unseal       // opens the passwords of media
	Measure     time.Duration      // how often what guests use is told; 0: never
	Log         *slog.Logger
}

// steps at once: more than a libvirtd does well, so that a few slow ones do not keep quick ones waiting.
const concurrentSteps = 64

// Run serves the host's queue, and reports on the host, until ctx ends: from when the fleet has taken the host for
// what it says to be, and while it does. Another machine of the same name would do this one's work, and report its guests as gone.
func Run(ctx context.Context, cfg Config) error {
	report := newReporter(cfg)
	for report.admitted(ctx) {
		if err := cfg.serve(ctx, report); err != nil && !errors.Is(err, errRefused) {
			return err
		}
	}
	return nil
}

// serve works until ctx ends, or the fleet takes another machine for the host.
func (cfg Config) serve(ctx context.Context, report *reporter) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return durable.Serve(ctx, cfg.Log, cfg.worker) })
	g.Go(func() error { return report.announce(ctx) })
	g.Go(func() error { report.watch(ctx); return nil })
	g.Go(func() error { newMeter(cfg).run(ctx); return nil })
	g.Go(func() error { report.send(ctx); return nil })
	g.Go(func() error { cfg.sweep(ctx); return nil })
	g.Go(func() error { report.inspector.run(ctx); return nil })
	return g.Wait()
}

// worker offers the steps of this host.
func (cfg Config) worker() worker.Worker {
	w := worker.New(cfg.Service.Client(), string(durable.Host(cfg.ID)), worker.Options{
		DisableWorkflowWorker:              true,
		MaxConcurrentActivityExecutionSize: concurrentSteps,
		MaxHeartbeatThrottleInterval:       time.Second, // also how soon a cancellation is noticed
		WorkerStopTimeout:                  cfg.StopTimeout,
	})
	Register(w, cfg)
	fencing.RegisterPeer(w, cfg.ID, dial)
	return w
}

// dial opens a connection, to see that it can be opened.
func dial(ctx context.Context, address string) error {
	conn, err := (&net.Dialer{Timeout: dialWithin}).DialContext(ctx, "tcp", address)
	if err == nil {
		err = conn.Close()
	}
	return err
}

const dialWithin = 2 * time.Second

// Register offers the steps that a host's guests need.
func Register(w worker.ActivityRegistry, cfg Config) {
	if cfg.Grace == (power.Grace{}) {
		cfg.Grace = power.DefaultGrace
	}
	guests := opening{cfg.Hypervisor, cfg.Unseal}
	power.Register(w, guests, cfg.Grace)
	provision.Register(w, guests)
	images.Register(w, cfg.Hypervisor)
	media.Register(w, cfg.Hypervisor, cfg.Unseal)
	console.Register(w, cfg.Hypervisor)
	adoption.Register(w, cfg.Hypervisor)
	migration.RegisterHost(w, guests)
}
