// Package postgres runs a private PostgreSQL server as a child process: for
// development, for single-machine installations, and for tests.
//
// The server listens on a unix socket that only its own user can reach, ends with the
// process that started it (also when that is killed), and is started again when it
// dies unasked. It works as root, too: PostgreSQL then runs as an unprivileged user.
//
// The package knows no SQL and no database driver.
package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// User is the superuser of the cluster. Who may reach the socket may be this user.
const User = "hawkfish"

// Port is the number in the name of the socket; nothing listens on TCP.
const Port = 5432

// Config says where the server lives and how it runs.
type Config struct {
	// Dir holds everything of the server: the cluster, the lock and, when its path is short
	// enough, the socket. It is made when it does not exist. When the process runs as
	// root, the unprivileged user must be able to enter it.
	Dir string
	// BinDir holds the server's programs; empty: the version that made the cluster, else the newest installed.
	BinDir string
	// Settings are parameters of postgresql.conf, such as "shared_buffers": "64MB".
	Settings map[string]string
	// Log gets what the server and its supervisor say; nil: nobody.
	Log *slog.Logger
}

// Server is a running PostgreSQL server.
type Server struct {
	cfg       Config
	account   account
	socketDir string
	lock      *folderLock
	log       *slog.Logger
	said      *transcript

	pid      atomic.Int64
	failures atomic.Int64 // of the child, in a row, before it was ready
	stop     chan struct{}
	stopOnce sync.Once
	done     chan struct{}
}

// Start makes the cluster when there is none, starts the server, and returns when it
// accepts connections. It fails when another process uses cfg.Dir, when PostgreSQL is not
// installed or refuses the settings, and when ctx ends first; then nothing is left running.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	cfg.Dir = dir
	s := &Server{cfg: cfg, log: log, said: newTranscript(log), stop: make(chan struct{}), done: make(chan struct{})}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	go s.supervise()
	if err := s.awaitReady(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// prepare does everything that comes before the child: the folder, its lock, the cluster, the socket's place.
func (s *Server) prepare(ctx context.Context) (err error) {
	if s.account, err = serverAccount(); err != nil {
		return err
	}
	if err = s.account.prepareFolder(s.cfg.Dir); err != nil {
		return err
	}
	if s.lock, err = lockFolder(s.cfg.Dir); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.lock.release()
		}
	}()
	if s.cfg.BinDir == "" {
		if s.cfg.BinDir, err = FindBinDir(clusterVersion(s.clusterDir())); err != nil {
			return err
		}
	}
	if err = reapStale(ctx, s.clusterDir()); err != nil {
		return err
	}
	if err = s.initCluster(ctx); err != nil {
		return err
	}
	s.socketDir, err = s.account.socketFolder(s.cfg.Dir)
	return err
}

// DSN returns the connection string of a database of the server.
func (s *Server) DSN(db string) string {
	return fmt.Sprintf("host=%s port=%d user=%s dbname=%s sslmode=disable", quote(s.socketDir), Port, User, quote(db))
}

// quote makes a value of a connection string (libpq, "Keyword/Value Connection Strings").
func quote(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}

// SocketDir returns the folder of the unix socket, which is what clients take for a host name.
func (s *Server) SocketDir() string { return s.socketDir }

// Pid returns the process ID of the postmaster; 0 while it is not running.
func (s *Server) Pid() int { return int(s.pid.Load()) }

// Done is closed when the server has ended for good, which it does only by Stop.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop disconnects everyone, shuts the server down and waits until it has ended: about
// a second, and no more than 20. It can be called again.
func (s *Server) Stop() {
	s.stopOnce.Do(func() { close(s.stop) })
	<-s.done
}

func (s *Server) clusterDir() string { return filepath.Join(s.cfg.Dir, "data") }

// awaitReady returns when the server accepts connections.
func (s *Server) awaitReady(ctx context.Context) error {
	const failuresAllowed = 5
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := probe(ctx, s.socketDir)
		if err == nil {
			s.failures.Store(0)
			return nil
		}
		if s.failures.Load() >= failuresAllowed {
			return fmt.Errorf("postgres: the server does not stay up: %s", s.said.last())
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("postgres: not ready: %w (last: %w)", ctx.Err(), err)
		case <-tick.C:
		}
	}
}
