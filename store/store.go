// Package store keeps the fleet in PostgreSQL. It implements every port of the
// root package (systems, images, hosts, tasks, dispatch, ledger, accounts, projects, outbox, housekeeping).
//
// What must never be broken is a constraint of the schema; SQL is in queries, one
// file per table, and sqlc makes the code in db of it. This package and db are the only ones
// that know pgx. They know nothing of HTTP, libvirt or Temporal.
package store

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/tracing"
	"github.com/projectbeskar/hawkfish/store/db"
)

var _ hawkfish.Store = (*Store)(nil)

// Options are the store's knobs; the zero value is good.
type Options struct {
	Deadline       time.Duration // of each call, retries included; 0: 3 s
	MaxConnections int           // 0: 16
	Tracer         *tracing.Tracer
}

// Store is the database. It is safe for concurrent use.
type Store struct {
	pool     *pgxpool.Pool
	queries  *db.Queries
	deadline time.Duration
	told     told
}

// Open prepares connections to a database that Migrate has brought up to date. The database
// need not answer yet; Invalid when dsn cannot be understood.
func Open(ctx context.Context, dsn string, opts Options) (*Store, error) {
	if opts.Deadline == 0 {
		opts.Deadline = 3 * time.Second
	}
	if opts.MaxConnections == 0 {
		opts.MaxConnections = 16
	}
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, &hawkfish.Error{Kind: hawkfish.Invalid, Message: "the database's connection string cannot be understood", Err: err}
	}
	cfg.MaxConns = int32(opts.MaxConnections)
	bound(cfg.ConnConfig, opts.Deadline)
	if opts.Tracer != nil {
		cfg.ConnConfig.Tracer = queryTracer{opts.Tracer}
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, failure(err, subject{})
	}
	return &Store{pool: pool, queries: db.New(pool), deadline: opts.Deadline}, nil
}

// bound sees to it that PostgreSQL, too, gives up what the caller has given up: a statement that waits for a lock would
// else be carried out after the caller has been told that it failed.
func bound(cfg *pgx.ConnConfig, deadline time.Duration) {
	const grace = 500 * time.Millisecond // for the answer to a cancel request; then the connection is closed
	cfg.ConnectTimeout = deadline
	cfg.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: grace}
	}
	limit := strconv.FormatInt(deadline.Milliseconds(), 10)
	for name, value := range map[string]string{
		"application_name": "hawkfish", "statement_timeout": limit, "idle_in_transaction_session_timeout": limit,
	} {
		if cfg.RuntimeParams[name] == "" {
			cfg.RuntimeParams[name] = value
		}
	}
}

// Close ends all connections.
func (s *Store) Close() { s.pool.Close() }

// Ping reports Unavailable when PostgreSQL does not answer.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	return failure(s.pool.Ping(ctx), subject{})
}
