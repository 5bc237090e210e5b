package store_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

// Tasks that have ended weigh on nothing: no statement of a task's life reads the table from end to end.
func TestEndedTasksWeighNothing(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t)
	s := storetest.Open(t, dsn, store.Options{MaxConnections: 1})
	sys := fleet(t, s).Ready(t, "web1", nil)
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	_, err = conn.Exec(t.Context(), `INSERT INTO tasks (id, project_id, operation, target_kind, target_id, target_name, requester, state, payload, ended_at)
		SELECT gen_random_uuid(), $1, 'system.Reset', 'system', $2, 'web1', '', 'Completed', '{}', now() FROM generate_series(1, 20000)`, sys.ProjectID, sys.ID)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "ANALYZE tasks")
	require.NoError(t, err)
	scans := func() (n int) {
		require.NoError(t, conn.QueryRow(t.Context(), "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'tasks'").Scan(&n))
		return n
	}
	before := scans()
	for range 8 { // the sixth time PostgreSQL plans without looking at the arguments
		target := hawkfish.Target{Kind: hawkfish.TargetSystem, ID: sys.ID}
		task, err := s.OpenTask(t.Context(), hawkfish.Task{Operation: hawkfish.OpReset, Target: target})
		require.NoError(t, err)
		claimed, err := s.ClaimUndispatched(t.Context(), 10, time.Minute)
		require.NoError(t, err)
		require.Len(t, claimed, 1)
		require.NoError(t, s.MarkDispatched(t.Context(), task.ID))
		_, err = s.ClaimUnheard(t.Context(), 10, time.Hour)
		require.NoError(t, err)
		_, _, err = s.TaskHolding(t.Context(), target)
		require.NoError(t, err)
		_, err = s.CancelTask(t.Context(), all, task.ID)
		require.NoError(t, err)
		require.NoError(t, s.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: schemas.TaskStateCancelled}, nil, nil))
	}
	s.Close() // its connection reports what it has scanned before it is gone
	require.Eventually(t, func() bool {
		var others int
		err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`).Scan(&others)
		return err == nil && others == 0
	}, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, before, scans())
}
