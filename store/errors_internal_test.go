package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func TestFailure(t *testing.T) {
	t.Parallel()
	on := subject{resourceSystem, "web1"}
	for name, c := range map[string]struct {
		err  error
		want hawkfish.Kind
	}{
		"no rows":          {pgx.ErrNoRows, hawkfish.NotFound},
		"one of ours":      {&hawkfish.Error{Kind: hawkfish.Busy}, hawkfish.Busy},
		"unique":           {&pgconn.PgError{Code: "23505", ConstraintName: "systems_name_unique"}, hawkfish.Exists},
		"in use":           {&pgconn.PgError{Code: "23503", ConstraintName: "systems_image_in_use"}, hawkfish.Conflict},
		"unknown project":  {&pgconn.PgError{Code: "23503", ConstraintName: "systems_project_id_fkey"}, hawkfish.NotFound},
		"a check":          {&pgconn.PgError{Code: "23514", ConstraintName: "systems_phase_check"}, hawkfish.Internal},
		"a text with zero": {&pgconn.PgError{Code: "22021"}, hawkfish.Invalid},
		"deadlock":         {&pgconn.PgError{Code: "40P01"}, hawkfish.Unavailable},
		"shutting down":    {&pgconn.PgError{Code: "57P01"}, hawkfish.Unavailable},
		"starting up":      {&pgconn.PgError{Code: "57P03"}, hawkfish.Unavailable},
		"full":             {&pgconn.PgError{Code: "53300"}, hawkfish.Unavailable},
		"syntax":           {&pgconn.PgError{Code: "42601"}, hawkfish.Internal},
		"deadline":         {fmt.Errorf("query: %w", context.DeadlineExceeded), hawkfish.Unavailable},
		"caller gone":      {context.Canceled, hawkfish.Unavailable},
		"connection lost":  {errors.New("conn closed"), hawkfish.Unavailable},
		"a bug":            {errors.New("cannot scan"), hawkfish.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := failure(c.err, on)
			require.Equal(t, c.want, hawkfish.KindOf(got))
			fault := hawkfish.Faults(got)[0]
			require.Equal(t, name == "a check", fault.Permanent, "whether trying again is of no use")
			if name != "no rows" {
				require.ErrorIs(t, got, c.err, "the cause is kept for logs")
			}
		})
	}
	require.NoError(t, failure(nil, on))
}

func TestAttempt(t *testing.T) {
	t.Parallel()
	s := &Store{deadline: time.Second}
	run := func(failures int, err error) (calls int, last error) {
		_, last = attempt(t.Context(), s, subject{}, func(context.Context) (int, error) {
			if calls++; calls <= failures {
				return 0, err
			}
			return 1, nil
		})
		return calls, last
	}
	deadlock, duplicate := &pgconn.PgError{Code: "40P01"}, &pgconn.PgError{Code: "23505", ConstraintName: "systems_name_unique"}

	calls, err := run(2, deadlock)
	require.NoError(t, err)
	require.Equal(t, 3, calls)
	calls, err = run(100, deadlock)
	require.Equal(t, hawkfish.Unavailable, hawkfish.KindOf(err))
	require.Equal(t, tries, calls)
	calls, err = run(100, duplicate)
	require.Equal(t, hawkfish.Exists, hawkfish.KindOf(err))
	require.Equal(t, 1, calls)
}

// Whoever adds an operation decides here what its ends do.
func TestEveryEndHasAnEffect(t *testing.T) {
	t.Parallel()
	for operation, ends := range effects {
		for _, state := range []schemas.TaskState{completed, exception, cancelled} {
			require.NotNil(t, ends[state].apply, "%s %s: add it to effects", operation, state)
		}
	}
	for _, operation := range hawkfish.Operations {
		require.Contains(t, effects, operation)
	}
}
