package durable

import (
	"context"
	"crypto/tls"
	"log/slog"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"

	"github.com/projectbeskar/hawkfish/internal/keyring"
)

// Deadline bounds every single call to Temporal.
const Deadline = 5 * time.Second

// Config says where Temporal is.
type Config struct {
	Address   string // host:port of the frontend
	Namespace string
	TLS       *tls.Config // nil: connections are not encrypted
	Log       *slog.Logger
	Metrics   client.MetricsHandler // nil: none
	Identity  string                // shown in the Temporal UI, such as "host-h1@machine"
	// Interceptors see every call of the client, and every step of the workers made from it.
	Interceptors []interceptor.ClientInterceptor
	// Keys encrypt what Temporal keeps of the work; nil: it stays readable, in the Temporal UI, too.
	Keys *keyring.Ring
}

// Service is the Temporal service as the control plane uses it.
type Service struct {
	client    client.Client
	namespace string
	log       *slog.Logger
	payloads  payloads

	mu       sync.Mutex
	checked  time.Time
	health   error
	prepared bool // the namespace has been seen to be usable
}

// Connect returns a service that connects when it is first used, so that
// Temporal may be down when a process starts.
func Connect(cfg Config) (*Service, error) {
	values := newPayloads(cfg.Keys)
	c, err := client.NewLazyClient(client.Options{
		HostPort:          cfg.Address,
		Namespace:         cfg.Namespace,
		Logger:            log.NewStructuredLogger(cfg.Log),
		MetricsHandler:    cfg.Metrics,
		Identity:          cfg.Identity,
		Interceptors:      cfg.Interceptors,
		DataConverter:     values,
		FailureConverter:  values.failures(cfg.Keys),
		ConnectionOptions: connection(cfg.TLS),
	})
	if err != nil {
		return nil, err
	}
	return &Service{client: c, namespace: cfg.Namespace, log: cfg.Log, payloads: values}, nil
}

// connection makes clients and workers notice within a second or so that Temporal is back. With gRPC's and the SDK's
// own backoffs, which grow to 10 s each, it takes up to 20. Payloads are small: compressing them costs more than it saves.
func connection(encryption *tls.Config) client.ConnectionOptions {
	return client.ConnectionOptions{TLS: encryption, GrpcCompression: &client.GrpcCompressionNone{}, DialOptions: []grpc.DialOption{
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
			MinConnectTimeout: 2 * time.Second,
		}),
		// A worker's poll waits for the connection, rather than fail and wait for the SDK's backoff.
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			if strings.Contains(method, "/Poll") {
				opts = append(opts, grpc.WaitForReady(true))
			}
			return invoke(ctx, method, req, reply, cc, opts...)
		}),
	}}
}

// Close ends the connection.
func (s *Service) Close() { s.client.Close() }

// Client is the client beneath, for workers.
func (s *Service) Client() client.Client { return s.client }

const (
	healthDeadline = time.Second
	healthLasts    = time.Second
)

// Healthy reports whether Temporal answers, and workflows can be started in the namespace: a worker prepares a new
// one. An answer is good for a second, so that asking before each request costs nothing.
func (s *Service) Healthy(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.checked) < healthLasts {
		return s.health
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthDeadline)
	defer cancel()
	_, err := s.client.CheckHealth(ctx, &client.CheckHealthRequest{})
	if err == nil && !s.prepared {
		err = s.prepare(ctx)
	}
	s.health, s.checked = FromService(err), time.Now()
	return s.health
}

// prepare finds out whether the namespace can be used, until it has been seen that it can.
func (s *Service) prepare(ctx context.Context) error {
	err := usable(ctx, s.client, s.namespace)
	s.prepared = err == nil
	if unprepared(err) {
		return err
	}
	return nil // what searches need may be down while workflows go on
}
