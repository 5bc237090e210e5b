// Package standin serves the queues of hosts that are known to be dead, in their place: so that what waits for one of them ends, and whoever
// undoes something on it need not wait until it is back. A dead host that comes back is not let in before somebody has looked at it, so that it never
// works beside its stand-in.
package standin

import (
	"context"
	"log/slog"
	"time"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/worker/host"
)

// Ledger is what the stand-ins need of the database.
type Ledger interface {
	ListHosts(ctx context.Context) ([]hawkfish.Host, error)
	FindHost(ctx context.Context, id string) (hawkfish.Host, error)
	LeaveBehind(ctx context.Context, hostID string, left hawkfish.Leftover) error
}

// Config is what it takes.
type Config struct {
	Service     *durable.Service
	Ledger      Ledger
	StopTimeout time.Duration
	Log         *slog.Logger
}

// lookEvery is how soon a host that has been fenced is served.
const lookEvery = 2 * time.Second

// Run stands in for all hosts that are Fenced, until ctx ends. Any number may run.
func Run(ctx context.Context, cfg Config) error {
	serving := map[string]func(){} // that stop the stand-ins of hosts
	defer func() {
		for _, stop := range serving {
			stop()
		}
	}()
	for {
		if err := cfg.look(ctx, serving); err != nil && ctx.Err() == nil {
			cfg.Log.WarnContext(ctx, "which hosts are dead is not known", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookEvery):
		}
	}
}

func (cfg Config) look(ctx context.Context, serving map[string]func()) error {
	hosts, err := cfg.Ledger.ListHosts(ctx)
	if err != nil {
		return err
	}
	dead := map[string]bool{}
	for _, h := range hosts {
		if dead[h.ID] = h.State == hawkfish.HostFenced; dead[h.ID] && serving[h.ID] == nil {
			serving[h.ID] = cfg.serve(ctx, h.ID)
		}
	}
	for id, stop := range serving {
		if !dead[id] {
			stop()
			delete(serving, id)
		}
	}
	return nil
}

// serve stands in for a host, and returns what ends it.
func (cfg Config) serve(ctx context.Context, hostID string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = durable.Serve(ctx, cfg.Log.With("host_id", hostID), func() worker.Worker { // until ctx ends
			w := worker.New(cfg.Service.Client(), string(durable.Host(hostID)), worker.Options{
				DisableWorkflowWorker: true, WorkerStopTimeout: cfg.StopTimeout, MaxHeartbeatThrottleInterval: time.Second,
			})
			host.Register(w, host.Config{ID: hostID, Hypervisor: dead{hostID, cfg.Ledger}, Unseal: sealed})
			return w
		})
	}()
	return func() { cancel(); <-done }
}

// sealed opens nothing: a dead host needs no secret.
func sealed(hawkfish.Sealed, string) (string, error) { return "", nil }
