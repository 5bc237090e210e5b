package store_test

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/postgres"
	"github.com/projectbeskar/hawkfish/store"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

// A store outlives its database: while that is away calls fail in time, and later they succeed again.
func TestOutage(t *testing.T) {
	t.Parallel()
	if _, err := postgres.FindBinDir(""); err != nil {
		t.Skip(err)
	}
	dir, err := os.MkdirTemp("", "hawkfish-store-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	cfg := postgres.Config{Dir: dir, Settings: map[string]string{"fsync": "off", "shared_buffers": "16MB"}}
	server, err := postgres.Start(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { server.Stop() })
	require.NoError(t, store.Migrate(t.Context(), server.DSN("postgres")))
	const deadline = 2 * time.Second
	s := storetest.Open(t, server.DSN("postgres"), store.Options{Deadline: deadline})
	require.NoError(t, s.Ping(t.Context()))

	lost := make(chan error, 1)
	connected := make(chan struct{})
	go func() {
		lost <- s.Changes(t.Context(), func() { close(connected) }, func(string, string, string) {})
	}()
	<-connected
	server.Stop()
	require.Equal(t, hawkfish.Unavailable, hawkfish.KindOf(<-lost))
	for range 3 {
		began := time.Now()
		_, err := s.ListHosts(t.Context())
		require.Equal(t, hawkfish.Unavailable, hawkfish.KindOf(err))
		require.Less(t, time.Since(began), deadline+time.Second)
	}
	require.Equal(t, hawkfish.Unavailable, hawkfish.KindOf(s.Ping(t.Context())))
	require.Equal(t, hawkfish.Unavailable, hawkfish.KindOf(store.Migrate(t.Context(), server.DSN("postgres"))))
	require.Equal(t, hawkfish.Unavailable, hawkfish.KindOf(s.ListenDispatch(t.Context(), func() {})))

	server, err = postgres.Start(t.Context(), cfg)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, err := s.ListHosts(t.Context())
		return err == nil
	}, 10*time.Second, 10*time.Millisecond)
}

// A call that has to wait for a lock ends in time, and leaves nothing behind.
func TestDeadline(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t)
	s := storetest.Open(t, dsn, store.Options{Deadline: 300 * time.Millisecond})
	sys := fleet(t, storetest.Open(t, dsn, store.Options{})).Ready(t, "web1", nil)
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT FROM systems FOR UPDATE")
	require.NoError(t, err)

	tag := "late"
	began := time.Now()
	_, err = storetest.Tag(t.Context(), s, all, sys.ID, 0, tag)
	require.Equal(t, hawkfish.Unavailable, hawkfish.KindOf(err))
	require.Less(t, time.Since(began), 2*time.Second)
	require.NoError(t, tx.Rollback(t.Context()))
	now, err := s.FindSystem(t.Context(), all, sys.ID)
	require.NoError(t, err)
	require.Equal(t, sys, now)
}

func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t)
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { errs[i] = store.Migrate(t.Context(), dsn) })
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	_, err = storetest.Open(t, dsn, store.Options{}).FindProject(t.Context(), all, hawkfish.DefaultProject)
	require.NoError(t, err)
}

func TestBadConnectionString(t *testing.T) {
	t.Parallel()
	_, err := store.Open(t.Context(), "postgres://user:secret@host:notaport/db", store.Options{})
	require.Equal(t, hawkfish.Invalid, hawkfish.KindOf(err))
	require.NotContains(t, err.Error(), "secret")
	err = store.Migrate(t.Context(), "nonsense")
	require.Equal(t, hawkfish.Invalid, hawkfish.KindOf(err))
}

func TestChanges(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	f := fleet(t, s)
	ctx, stop := context.WithCancel(t.Context())
	heard, connected, ended := make(chan string, 100), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.Changes(ctx, func() { close(connected) }, func(table, op, id string) { heard <- table + " " + op + " " + id })
	}()
	<-connected
	sys, task := f.Provisioning(t, "web1", nil)
	account, err := s.CreateAccount(t.Context(), hawkfish.Account{UserName: "ada", RoleID: "Operator", Projects: []string{f.Project}})
	require.NoError(t, err)
	session, err := s.OpenSession(t.Context(), hawkfish.Session{TokenHash: []byte("x"), AccountID: account.ID}, time.Minute)
	require.NoError(t, err)
	require.NoError(t, s.CloseSession(t.Context(), session.ID))
	f.Announce(t, "h1", hawkfish.Resources{})
	f.Announce(t, "h1", hawkfish.Resources{})
	f.Finish(t, task, "Exception")
	for _, want := range []string{
		"systems I " + sys.ID, "accounts I " + account.ID, "accounts U " + account.ID,
		"sessions I " + session.ID, "sessions D " + session.ID, "hosts I h1", "tasks U " + task.ID, "systems D " + sys.ID,
	} {
		require.Equal(t, want, <-heard)
	}
	stop()
	require.NoError(t, <-ended)
}
