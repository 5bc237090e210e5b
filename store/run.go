package store

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/projectbeskar/hawkfish/store/db"
)

// tries is how often a call that met another one is tried in all.
const tries = 5

// ask runs statements that need no transaction of their own, within the store's deadline.
func ask[T any](ctx context.Context, s *Store, on subject, do func(context.Context, *db.Queries) (T, error)) (T, error) {
	return attempt(ctx, s, on, func(ctx context.Context) (T, error) { return do(ctx, s.queries) })
}

// transact runs statements in one transaction, within the store's deadline. The function
// may run more than once.
func transact[T any](ctx context.Context, s *Store, on subject, do func(context.Context, *db.Queries) (T, error)) (T, error) {
	return attempt(ctx, s, on, func(ctx context.Context) (result T, err error) {
		err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
			result, err = do(ctx, s.queries.WithTx(tx))
			return err
		})
		return result, err
	})
}

// attempt is the one place that bounds, retries and translates.
func attempt[T any](ctx context.Context, s *Store, on subject, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, s.deadline)
	defer cancel()
	for try := 1; ; try++ {
		result, err := do(ctx)
		if err == nil {
			return result, nil
		}
		var zero T
		if try == tries || !passes(err) || !pause(ctx, try) {
			return zero, failure(err, on)
		}
	}
}

// passing lists the codes of errors that another try may not meet.
var passing = map[string]bool{
	"40001": true, // serialization failure
	"40P01": true, // deadlock
	"57014": true, // cancelled: meant for the statement that ran on this connection before
	"0A000": true, // a prepared statement is of an older schema; pgx has dropped it by now
}

func passes(err error) bool {
	if cause, ok := errors.AsType[*pgconn.PgError](err); ok {
		return passing[cause.Code]
	}
	return pgconn.SafeToRetry(err) // a pooled connection was dead, and nothing has been sent
}

// pause waits a little, longer with each try; false when there is no time left.
func pause(ctx context.Context, try int) bool {
	most := time.Duration(try) * 10 * time.Millisecond
	select {
	case <-ctx.Done():
		return false
	case <-time.After(rand.N(most)):
		return true
	}
}

// closed reports that the connection, or the pool, has gone.
func closed(err error) bool {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return true
	}
	text := err.Error() // pgx exports neither error
	return strings.Contains(text, "conn closed") || strings.Contains(text, "closed pool")
}
