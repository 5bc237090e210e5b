// Package server puts the kit's operations on the network: listener, TLS, login,
// limits, request ids, access log, metrics and probes. It is the only importer of fiber, and
// bind.go the only place where kit and router meet. It knows no resource.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/metrics"
	"github.com/projectbeskar/hawkfish/internal/tracing"
)

// Service is what is served; *redfish.Service is the one.
type Service interface {
	Operations() []*redfish.Operation
	Allow(pattern string) []string
}

// Config is what a server needs. What may be left out says so.
type Config struct {
	Service Service
	Auth    Authenticator
	TLS     *tls.Config // nil: plain HTTP, for a proxy in front
	HTTP2   bool        // speak HTTP/2 with clients that choose it in the TLS handshake
	Limits  config.Limits
	Log     *slog.Logger
	Metrics *prometheus.Registry
	Ready   metrics.Ready
	Count   Count // for Metrics; nil: systems and hosts are not counted
	// Audit takes note of every change and every refused attempt; it must not wait. nil: nobody does.
	Audit  func(hawkfish.AuditEntry)
	Tracer *tracing.Tracer // nil: nothing is traced
	// Origins are those of pages on other sites that may use the service, such as "https://ui.example.com"; AnyOrigin: all.
	Origins []string
}

// Server serves Redfish over HTTP/1.1 and, where TLS is, HTTP/2.
type Server struct {
	Config
	app       *fiber.App
	http2     *h2server // nil: not spoken
	routes    routes
	origins   origins
	ids       *requestIDs
	measures  *measures
	addresses *limiters[address]
	users     *limiters[string]

	base   context.Context // of every request; ends when the time to drain is over
	cancel context.CancelFunc

	draining chan struct{} // closed when the server is to end

	// floor is never touched, so it costs no memory, but the garbage collector counts it: a small heap would be
	// collected after each 4 MiB of garbage, 25 times a second under load, for a fifth of all work (measured).
	floor []byte
}

// New returns a server. It panics when two operations have the same method and path.
func New(cfg Config) *Server {
	s := &Server{
		Config:    cfg,
		ids:       newRequestIDs(),
		measures:  newMeasures(cfg.Metrics),
		addresses: newLimiters[address](cfg.Limits.AddressRate),
		users:     newLimiters[string](cfg.Limits.UserRate),
		origins:   origins(cfg.Origins),
		draining:  make(chan struct{}),
		floor:     make([]byte, heapFloor),
	}
	s.base, s.cancel = context.WithCancel(context.Background())
	s.app = fiber.New(fiber.Config{
		CaseSensitive:   true,
		Immutable:       true,
		BodyLimit:       int(cfg.Limits.BodyLimit),
		ReadBufferSize:  int(cfg.Limits.HeaderLimit), // fasthttp's bound of the request line and headers
		WriteBufferSize: writeBuffer,
		ReadTimeout:     cfg.Limits.ReadTimeout,
		WriteTimeout:    cfg.Limits.WriteTimeout,
		IdleTimeout:     cfg.Limits.IdleTimeout,
		Concurrency:     connections(&cfg),
		ErrorHandler:    s.unreadable,
	})
	if len(s.origins) > 0 {
		s.app.Use(s.origins.middleware())
	}
	if cfg.Count != nil {
		cfg.Metrics.MustRegister(&census{count: cfg.Count})
	}
	probes := adaptor.HTTPHandler(metrics.Endpoints(cfg.Metrics, cfg.Ready))
	for _, path := range metrics.Paths {
		s.app.Get(path, probes)
	}
	s.app.All("*", s.handle)
	s.bind(cfg.Service)

	inner := s.app.Server()
	inner.CloseOnShutdown = true // a client that keeps its connection alive must not hold up the end
	inner.HeaderReceived = keepHeaders
	inner.Handler = s.known(inner.Handler)
	if cfg.HTTP2 && cfg.TLS != nil {
		s.http2 = newH2server(s)
		inner.NextProto(protocolHTTP2, s.http2.serve)
	}
	return s
}

// connections is how many fasthttp is to serve at once. With TLS the listener turns away what is too much, so that fasthttp never has to.
func connections(cfg *Config) int {
	if cfg.TLS != nil {
		return 2 * cfg.Limits.Connections
	}
	return cfg.Limits.Connections
}

// heapFloor is in bytes.
const heapFloor = 32 << 20

// writeBuffer is how many bytes of a reply go out at once. A System with its headers fits: in
// two writes it costs a tenth more (measured).
const writeBuffer = 8 << 10

// Listen opens address ("host:port") and serves it until ctx ends.
func (s *Server) Listen(ctx context.Context, address string) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return s.Serve(ctx, ln)
}

// Serve serves a listener until ctx ends. Then it accepts no more, lets the
// requests at work finish for Limits.DrainTimeout, and closes what is left. It can be called once.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	defer s.cancel()
	open := newListener(ln, &s.Config)
	var outer net.Listener = open
	if s.TLS != nil {
		// The handshake is not done here but at the connection's first read, in a goroutine of its own
		// and within ReadTimeout: a client that never begins one holds up nobody.
		outer = tls.NewListener(open, s.encryption())
	}
	if s.http2 != nil {
		go s.http2.run()
		defer s.http2.close()
	}
	served := make(chan error, 1)
	go func() { served <- s.app.Listener(outer, fiber.ListenConfig{DisableStartupMessage: true}) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	close(s.draining)
	s.Log.Info("draining", "timeout", s.Limits.DrainTimeout)
	err := s.drain(max(s.Limits.DrainTimeout, time.Millisecond))
	s.cancel()
	_ = open.Close() // when ctx ended before fasthttp began to accept, the shutdown above found nothing to end
	open.closeAll()
	if errors.Is(err, context.DeadlineExceeded) {
		s.Log.Warn("requests were still at work when the time to drain was over")
		err = nil
	}
	return errors.Join(err, <-served)
}

// encryption is what the listener shows.
func (s *Server) encryption() *tls.Config {
	if s.http2 == nil {
		return s.TLS
	}
	return alpn(s.TLS)
}

// drain accepts no more, and waits until what is at work has been answered.
func (s *Server) drain(within time.Duration) error {
	until, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if s.http2 == nil {
		return s.app.ShutdownWithContext(until)
	}
	go s.http2.shutdown(until)
	err := s.app.ShutdownWithContext(until) // counts the connections of both
	s.http2.idle(until)
	return err
}

// methods are those that fiber knows, by themselves: finding one here saves a copy.
var methods = map[string]string{
	http.MethodGet: http.MethodGet, http.MethodHead: http.MethodHead, http.MethodPost: http.MethodPost,
	http.MethodPut: http.MethodPut, http.MethodPatch: http.MethodPatch, http.MethodDelete: http.MethodDelete,
	http.MethodConnect: http.MethodConnect, http.MethodOptions: http.MethodOptions, http.MethodTrace: http.MethodTrace,
}
