package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

// The channels on which the schema's triggers call.
const (
	channelDispatch = "hawkfish_dispatch"
	channelEvents   = "hawkfish_events"
	channelChanges  = "hawkfish_changes"
)

// heartbeat is how often a silent connection is asked whether it still lives.
const heartbeat = 5 * time.Second

// ListenDispatch calls wake when a waiting task may have got its turn, and once at the start. It returns nil
// when ctx has ended, and Unavailable when the connection is lost, which takes up to 8 s when nothing says so.
func (s *Store) ListenDispatch(ctx context.Context, wake func()) error {
	return s.listen(ctx, channelDispatch, wake, func(string) { wake() })
}

// ListenEvents calls wake when there may be new events to read; it ends as ListenDispatch does.
func (s *Store) ListenEvents(ctx context.Context, wake func()) error {
	return s.listen(ctx, channelEvents, wake, func(string) { wake() })
}

// Changes calls changed for every row of systems, hosts, sessions and accounts that another transaction has
// changed visibly; op is "I", "U" or "D". It calls connected once, when no later change can be
// missed. It ends as ListenDispatch does.
func (s *Store) Changes(ctx context.Context, connected func(), changed func(table, op, id string)) error {
	return s.listen(ctx, channelChanges, connected, func(payload string) {
		if parts := strings.SplitN(payload, "|", 3); len(parts) == 3 {
			changed(parts[0], parts[1], parts[2])
		}
	})
}

func (s *Store) listen(ctx context.Context, channel string, connected func(), heard func(payload string)) error {
	err := s.listenUntilLost(ctx, channel, connected, heard)
	if ctx.Err() != nil {
		return nil
	}
	return failure(err, subject{})
}

func (s *Store) listenUntilLost(ctx context.Context, channel string, connected func(), heard func(payload string)) error {
	cfg := s.pool.Config().ConnConfig
	cfg.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler { // waiting may end without a cancel request
		return &pgconn.DeadlineContextWatcherHandler{Conn: conn.Conn()}
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if err := within(ctx, s.deadline, func(ctx context.Context) error {
		_, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize())
		return err
	}); err != nil {
		return err
	}
	connected()
	for {
		err := within(ctx, heartbeat, func(ctx context.Context) error {
			call, err := conn.WaitForNotification(ctx)
			if err == nil {
				heard(call.Payload)
			}
			return err
		})
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = within(ctx, s.deadline, conn.Ping)
		}
		if err != nil {
			return err
		}
	}
}

func within(ctx context.Context, limit time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return do(ctx)
}
