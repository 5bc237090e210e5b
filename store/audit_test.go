package store_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

// Nobody changes the audit trail by mistake, not even in a transaction that has pruned it.
func TestAuditIsAppendOnly(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t)
	s := storetest.Open(t, dsn, store.Options{})
	entry := hawkfish.AuditEntry{At: time.Now(), Method: "PATCH", Outcome: hawkfish.AuditDone}
	require.NoError(t, s.AppendAudit(t.Context(), []hawkfish.AuditEntry{entry}))
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	for _, change := range []string{"DELETE FROM audit", "UPDATE audit SET user_name = ''", "TRUNCATE audit"} {
		for _, before := range []string{"SELECT 1", "SELECT prune_audit(3600, 10)"} {
			tx, err := conn.Begin(t.Context())
			require.NoError(t, err)
			_, err = tx.Exec(t.Context(), before)
			require.NoError(t, err)
			_, err = tx.Exec(t.Context(), change)
			require.ErrorContains(t, err, "audit is append-only", before+"; "+change)
			require.NoError(t, tx.Rollback(t.Context()))
		}
	}
}
