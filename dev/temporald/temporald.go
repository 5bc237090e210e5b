// Package temporald runs a Temporal server and its Web UI inside this process,
// with PostgreSQL as its store. It is for development and tests: one node, no
// TLS, loopback only. It knows nothing of systems, hosts or tasks.
package temporald

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/temporal"
)

// Options says where the server keeps its data and where it listens.
type Options struct {
	// Database is a PostgreSQL connection string, as URL or key=value, for a role that may
	// create databases; a host that is a folder is a unix socket's. The databases temporal and
	// temporal_visibility are made beside the one it names.
	Database string
	// StateDir keeps the ports that were chosen, so that a restart keeps the address.
	StateDir string
	// Listen is the frontend's loopback address; empty: the port of the last start, or a free one.
	Listen string
	// UIListen is the Web UI's loopback address; empty: no Web UI.
	UIListen string
	// Namespace is what the Web UI opens with.
	Namespace string
	Logger    *slog.Logger
}

// Server is a running Temporal server.
type Server struct {
	addr string
	srv  temporal.Server
	ui   *webUI
}

// Start brings the databases up to date and starts the server. When it
// returns, the frontend accepts calls. A server that was killed is continued.
func Start(ctx context.Context, o Options) (*Server, error) {
	db, err := parseDatabase(o.Database)
	if err != nil {
		return nil, err
	}
	ports, err := choosePorts(o.StateDir, o.Listen)
	if err != nil {
		return nil, err
	}
	logger := slogLogger{o.Logger}
	if err := db.prepare(ctx, logger); err != nil {
		return nil, fmt.Errorf("prepare temporal's databases: %w", err)
	}

	conf := serverConfig(db, ports)
	claims, err := authorization.GetClaimMapperFromConfig(&conf.Global.Authorization, logger)
	if err != nil {
		return nil, err
	}
	srv, err := temporal.NewServer(
		temporal.WithConfig(conf),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(staticHosts(ports)),
		temporal.WithDynamicConfigClient(dynamicConfig()),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return claims }),
	)
	if err != nil {
		return nil, fmt.Errorf("configure temporal: %w", err)
	}
	s := &Server{addr: ports.address(ports.Frontend), srv: srv}
	if err := srv.Start(); err != nil {
		return nil, fmt.Errorf("start temporal: %w", err)
	}
	if err := awaitFrontend(ctx, s.addr); err != nil {
		s.Stop()
		return nil, err
	}
	if o.UIListen != "" {
		if s.ui, err = startUI(ctx, o.UIListen, s.addr, o.Namespace, o.Logger); err != nil {
			s.Stop()
			return nil, err
		}
	}
	return s, nil
}

// Addr is the frontend's address, host:port.
func (s *Server) Addr() string { return s.addr }

// UIURL is where the Web UI answers; empty without one.
func (s *Server) UIURL() string {
	if s.ui == nil {
		return ""
	}
	return s.ui.url
}

// Stop ends the Web UI and then the server. It takes up to a few seconds; what was
// accepted is in the database and goes on at the next start.
func (s *Server) Stop() {
	if s.ui != nil {
		s.ui.stop()
	}
	_ = s.srv.Stop() // its only error is a second Stop
}

// startTimeout bounds each step of a start.
const startTimeout = time.Minute
