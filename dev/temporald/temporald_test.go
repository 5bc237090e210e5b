package temporald_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/dev/temporald"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/internal/postgres"
)

var quiet = slog.New(slog.DiscardHandler)

func startPostgres(t *testing.T) *postgres.Server {
	if _, err := postgres.FindBinDir(""); err != nil {
		t.Skip(err)
	}
	// An unprivileged user cannot enter t.TempDir, and PostgreSQL does not run as root.
	dir, err := os.MkdirTemp("", "hawkfish-temporald-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	pg, err := postgres.Start(ctx, postgres.Config{Dir: dir, Settings: map[string]string{"fsync": "off", "max_connections": "120"}})
	require.NoError(t, err)
	t.Cleanup(pg.Stop)
	return pg
}

func startTemporal(t *testing.T, o temporald.Options) *temporald.Server {
	o.Logger = quiet
	srv, err := temporald.Start(t.Context(), o)
	require.NoError(t, err)
	return srv
}

// A server that comes back is where it was and goes on with what it had accepted.
func TestARestartKeepsTheAddressAndTheWork(t *testing.T) {
	t.Parallel()
	o := temporald.Options{Database: startPostgres(t).DSN("postgres"), StateDir: t.TempDir(), UIListen: "127.0.0.1:0", Namespace: "test"}
	srv := startTemporal(t, o)
	addr := srv.Addr()

	answer, err := http.Get(srv.UIURL())
	require.NoError(t, err)
	_ = answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)

	service, err := durable.Connect(durable.Config{Address: addr, Namespace: "test", Log: quiet})
	require.NoError(t, err)
	defer service.Close()
	require.NoError(t, service.EnsureNamespace(t.Context(), "test", 24*time.Hour))
	accepted, err := service.Client().ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "w", TaskQueue: "q"}, "Greet", "fleet")
	require.NoError(t, err)
	srv.Stop()

	srv = startTemporal(t, o)
	defer srv.Stop()
	require.Equal(t, addr, srv.Addr())
	w := worker.New(service.Client(), "q", worker.Options{})
	w.RegisterWorkflowWithOptions(func(ctx workflow.Context, name string) (string, error) {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
		var out string
		err := workflow.ExecuteActivity(ctx, "Hello", name).Get(ctx, &out)
		return out, err
	}, workflow.RegisterOptions{Name: "Greet"})
	w.RegisterActivityWithOptions(hello, activity.RegisterOptions{Name: "Hello"})
	require.NoError(t, w.Start())
	defer w.Stop()
	require.Equal(t, "hello fleet", result(t, accepted))
}

// A new server counts as healthy when, and not before, the first workflow can be started in it.
func TestHealthyMeansThatWorkCanBegin(t *testing.T) {
	t.Parallel()
	srv := startTemporal(t, temporald.Options{Database: startPostgres(t).DSN("postgres"), StateDir: t.TempDir()})
	defer srv.Stop()
	connect := func() *durable.Service {
		service, err := durable.Connect(durable.Config{Address: srv.Addr(), Namespace: "test", Log: quiet})
		require.NoError(t, err)
		t.Cleanup(service.Close)
		return service
	}
	asker := connect()
	require.Equal(t, hawkfish.Unavailable, hawkfish.KindOf(asker.Healthy(t.Context())))
	prepared := make(chan error, 1)
	go func() { prepared <- connect().EnsureNamespace(t.Context(), "test", 24*time.Hour) }()
	require.Eventually(t, func() bool { return asker.Healthy(t.Context()) == nil }, 30*time.Second, 5*time.Millisecond)
	require.NoError(t, asker.Launch(t.Context(), durable.Start{
		ID: "w", Workflow: "Greet", Input: []byte(`"fleet"`),
		Attributes: durable.Attributes{System: "s", SystemName: "n", Host: "h", Project: "p", Operation: "o", User: "u"},
	}))
	require.NoError(t, <-prepared)
}

func hello(_ context.Context, name string) (string, error) { return "hello " + name, nil }

func result(t *testing.T, run interface {
	Get(context.Context, any) error
}) (out string) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, run.Get(ctx, &out))
	return out
}

// Reads from hosts are activities without a workflow, served by workers that run no workflows.
func TestStandaloneActivities(t *testing.T) {
	t.Parallel()
	srv := startTemporal(t, temporald.Options{Database: startPostgres(t).DSN("postgres"), StateDir: t.TempDir()})
	defer srv.Stop()
	require.Empty(t, srv.UIURL())
	service, err := durable.Connect(durable.Config{Address: srv.Addr(), Namespace: "test", Log: quiet})
	require.NoError(t, err)
	defer service.Close()
	require.NoError(t, service.EnsureNamespace(t.Context(), "test", 24*time.Hour))
	c := service.Client()
	w := worker.New(c, "host-h1", worker.Options{DisableWorkflowWorker: true})
	w.RegisterActivityWithOptions(hello, activity.RegisterOptions{Name: "Hello"})
	require.NoError(t, w.Start())
	defer w.Stop()
	handle, err := c.ExecuteActivity(t.Context(), client.StartActivityOptions{ID: "a", TaskQueue: "host-h1", StartToCloseTimeout: time.Minute}, "Hello", "host")
	require.NoError(t, err)
	require.Equal(t, "hello host", result(t, handle))
}

// A first start that was killed leaves a half-made database; the next one begins it anew.
func TestAHalfMadeDatabaseIsMadeAnew(t *testing.T) {
	t.Parallel()
	pg := startPostgres(t)
	for _, statement := range []struct{ database, sql string }{
		{"postgres", "CREATE DATABASE temporal_draft"},
		{"temporal_draft", "CREATE TABLE executions (half text)"},
	} {
		conn, err := pgx.Connect(t.Context(), pg.DSN(statement.database))
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), statement.sql)
		require.NoError(t, err)
		require.NoError(t, conn.Close(t.Context()))
	}
	srv := startTemporal(t, temporald.Options{Database: pg.DSN("postgres"), StateDir: t.TempDir()})
	defer srv.Stop()
	c, err := client.Dial(client.Options{HostPort: srv.Addr(), Logger: log.NewStructuredLogger(quiet)})
	require.NoError(t, err)
	c.Close()
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for name, o := range map[string]temporald.Options{
		"not a connection string": {Database: "://"},
		"is not a loopback":       {Database: "host=/nowhere", Listen: "0.0.0.0:7233"},
		"address already in use":  {Database: "host=/nowhere", Listen: taken.Addr().String()},
		"prepare temporal's":      {Database: "host=/nowhere"},
	} {
		o.StateDir, o.Logger = t.TempDir(), quiet
		_, err := temporald.Start(t.Context(), o)
		require.Error(t, err, name)
		if name != "not a connection string" {
			require.ErrorContains(t, err, name)
		}
	}
}
