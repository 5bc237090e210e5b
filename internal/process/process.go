// Package process puts the processes together: the API, the fleet worker and
// the host workers. It is wiring: it decides nothing that a configuration does not say.
package process

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/interceptor"
	"golang.org/x/sync/errgroup"

	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/internal/keyring"
	"github.com/projectbeskar/hawkfish/internal/metrics"
	"github.com/projectbeskar/hawkfish/internal/tracing"
	"github.com/projectbeskar/hawkfish/store"
)

// Parts is what every process is made of.
type Parts struct {
	Config   config.Config
	Log      *slog.Logger
	Registry *prometheus.Registry
	// Interceptors see every call to Temporal and every step; none in production.
	Interceptors []interceptor.ClientInterceptor

	tracer *tracing.Tracer
}

const (
	// retention is how long Temporal keeps what has ended.
	retention = 7 * 24 * time.Hour
	// stopTimeout is how long running steps may go on when a worker is asked to stop.
	// A step that is cut off is done again by the next worker.
	stopTimeout = 5 * time.Second
)

// service connects to Temporal, which may be down.
func (p Parts) service(role string) (*durable.Service, error) {
	machine, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	keys, err := p.keys()
	if err != nil {
		return nil, err
	}
	encryption, err := temporalTLS(p.Config.Temporal)
	if err != nil {
		return nil, err
	}
	interceptors := p.Interceptors
	if p.tracer != nil {
		spans, err := p.tracer.Temporal()
		if err != nil {
			return nil, err
		}
		interceptors = append(slices.Clip(interceptors), spans)
	}
	return durable.Connect(durable.Config{
		Address:      p.Config.TemporalAddress,
		TLS:          encryption,
		Namespace:    p.Config.TemporalNamespace,
		Log:          p.Log.With("component", "temporal"),
		Metrics:      metrics.Temporal(p.Registry),
		Identity:     role + "@" + machine,
		Interceptors: interceptors,
		Keys:         keys,
	})
}

// keys are those that encrypt what Temporal keeps.
func (p Parts) keys() (*keyring.Ring, error) {
	return ring("HAWKFISH_CODEC_KEYS_FILE", p.Config.CodecKeysFile, p.Config.CodecKeys)
}

// ring reads keys from a file that a variable names, or where there is none takes those given.
func ring(variable, file string, given config.Secret) (*keyring.Ring, error) {
	if file == "" {
		return keyring.Parse(given.Reveal())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	keys, err := keyring.Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", variable, file, err)
	}
	return keys, nil
}

// traced returns the parts with a tracer, where spans are wanted, and what sends the last of them.
func (p Parts) traced(ctx context.Context, role string) (Parts, func(), error) {
	if p.Config.OTLPEndpoint == "" {
		return p, func() {}, nil
	}
	machine, err := os.Hostname()
	if err != nil {
		return p, nil, err
	}
	log := p.Log.With("component", "tracing")
	p.tracer, err = tracing.Start(ctx, tracing.Config{
		Endpoint: p.Config.OTLPEndpoint, Share: p.Config.OTLPShare,
		Service: "hawkfish-" + role, Version: Version(), Instance: machine, Log: log,
	})
	return p, func() {
		if err := p.tracer.Stop(); err != nil {
			log.Warn("the last spans were not sent", "error", err)
		}
	}, err
}

// store opens the database, and brings it up to date as soon as it answers.
func (p Parts) store(ctx context.Context) (*store.Store, error) {
	dsn := p.Config.DatabaseURL.Reveal()
	if err := p.untilDone(ctx, "prepare the database", func() error { return store.Migrate(ctx, dsn) }); err != nil {
		return nil, err
	}
	return store.Open(ctx, dsn, store.Options{Tracer: p.tracer})
}

// keeping is what the processes beside the database have in common.
type keeping struct {
	store      *store.Store
	service    *durable.Service
	dispatcher *control.Dispatcher
}

// keep opens the database, connects to Temporal, and prepares a dispatcher. Who gets it closes it.
func (p Parts) keep(ctx context.Context, identity string) (keeping, error) {
	st, err := p.store(ctx)
	if err != nil {
		return keeping{}, err
	}
	service, err := p.service(identity)
	if err != nil {
		st.Close()
		return keeping{}, err
	}
	return keeping{st, service, control.NewDispatcher(st, service, p.Log.With("component", "dispatcher"))}, nil
}

func (k keeping) close() {
	k.service.Close()
	k.store.Close()
}

// untilDone tries until it succeeds or ctx ends. What a process depends on may come after it.
func (p Parts) untilDone(ctx context.Context, what string, try func() error) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, try() },
		backoff.WithBackOff(&backoff.ExponentialBackOff{InitialInterval: 200 * time.Millisecond, Multiplier: 2, MaxInterval: 5 * time.Second}),
		backoff.WithMaxElapsedTime(0),
		backoff.WithNotify(func(err error, next time.Duration) {
			p.Log.WarnContext(ctx, "not done yet", "what", what, "error", err, "next_try_in", next.String())
		}))
	return err
}

// together runs parts of a process until one fails or ctx ends.
func together(ctx context.Context, parts ...func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, run := range parts {
		g.Go(func() error { return run(ctx) })
	}
	return g.Wait()
}
