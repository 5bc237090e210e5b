package durable

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
)

// Deadline bounds every single call to Temporal.
const Deadline = 5 * time.Second

// Config says where Temporal is.
type Config struct {
	Address   string // host:port of the frontend
	Namespace string
	Log       *slog.Logger
	Metrics   client.MetricsHandler // nil: none
	Identity  string                // shown in the Temporal UI, such as "host-h1@machine"
	// Interceptors see every call of the client, and every step of the workers made from it.
	Interceptors []interceptor.ClientInterceptor
}

// Service is the Temporal service as the control plane uses it.
type Service struct {
	client client.Client

	mu      sync.Mutex
	checked time.Time
	health  error
}

// Connect returns a service that connects when it is first used, so that
// Temporal may be down when a process starts.
func Connect(cfg Config) (*Service, error) {
	c, err := client.NewLazyClient(client.Options{
		HostPort:       cfg.Address,
		Namespace:      cfg.Namespace,
		Logger:         log.NewStructuredLogger(cfg.Log),
		MetricsHandler: cfg.Metrics,
		Identity:       cfg.Identity,
		Interceptors:   cfg.Interceptors,
	})
	if err != nil {
		return nil, err
	}
	return &Service{client: c}, nil
}

// Close ends the connection.
func (s *Service) Close() { s.client.Close() }

// Client is the client beneath, for workers.
func (s *Service) Client() client.Client { return s.client }

const (
	healthDeadline = time.Second
	healthLasts    = time.Second
)

// Healthy reports whether Temporal answers; an answer is good for a second, so
// that asking before each request costs nothing.
func (s *Service) Healthy(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.checked) < healthLasts {
		return s.health
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthDeadline)
	defer cancel()
	_, err := s.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	s.health, s.checked = FromService(err), time.Now()
	return s.health
}
