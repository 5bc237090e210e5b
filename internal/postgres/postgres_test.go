package postgres_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/internal/postgres"
)

// asParent makes the test binary a process that starts a server in the named folder and waits to be killed.
const asParent = "HAWKFISH_TEST_POSTGRES_PARENT"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asParent); dir != "" {
		s, err := postgres.Start(context.Background(), postgres.Config{Dir: dir, Settings: quick})
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("pid", s.Pid())
		select {}
	}
	os.Exit(m.Run())
}

var quick = map[string]string{"fsync": "off", "shared_buffers": "16MB"}

// folder returns a folder that an unprivileged user can enter, which t.TempDir is not.
func folder(t *testing.T) string {
	t.Helper()
	if _, err := postgres.FindBinDir(""); err != nil {
		t.Skip(err)
	}
	dir, err := os.MkdirTemp("", "hawkfish-postgres-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func start(t *testing.T, dir string) *postgres.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := postgres.Start(ctx, postgres.Config{Dir: dir, Settings: quick})
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	return s
}

// ask runs one statement with a client of its own.
func ask(t *testing.T, s *postgres.Server, sql string) (string, error) {
	t.Helper()
	bin, err := postgres.FindBinDir("")
	require.NoError(t, err)
	out, err := exec.CommandContext(t.Context(), filepath.Join(bin, "psql"), s.DSN("postgres"), "-XAtc", sql).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func TestDataOutlivesTheServer(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	out, err := ask(t, s, "create table kept as select 42 as n; select current_user")
	require.NoError(t, err, out)
	require.Contains(t, out, postgres.User)
	s.Stop()
	<-s.Done()
	require.Zero(t, s.Pid())

	out, err = ask(t, start(t, dir), "select n from kept")
	require.NoError(t, err, out)
	require.Equal(t, "42", out)
}

func TestOnlyOneServerPerFolder(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	start(t, dir)
	_, err := postgres.Start(t.Context(), postgres.Config{Dir: dir})
	require.ErrorIs(t, err, postgres.ErrInUse)
}

func TestLongPathsGetTheirSocketElsewhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), strings.Repeat("long/", 25))
	s := start(t, dir)
	require.NotContains(t, s.SocketDir(), "long/")
	t.Cleanup(func() { _ = os.RemoveAll(s.SocketDir()) })
	out, err := ask(t, s, "select 1")
	require.NoError(t, err, out)
}

func TestRefusedSettingsAreTheError(t *testing.T) {
	t.Parallel()
	_, err := postgres.Start(t.Context(), postgres.Config{Dir: folder(t), Settings: map[string]string{"shared_buffers": "much", "fsync": "off"}})
	require.ErrorContains(t, err, "shared_buffers")
}

func TestKilledPostmasterHeals(t *testing.T) {
	t.Parallel()
	s := start(t, folder(t))
	killed := s.Pid()
	require.NoError(t, syscall.Kill(killed, syscall.SIGKILL))
	require.Eventually(t, func() bool {
		_, err := ask(t, s, "select 1")
		return err == nil && s.Pid() != killed
	}, 20*time.Second, 20*time.Millisecond)
}

// A parent that is killed leaves nothing behind that keeps the next one from starting.
func TestKilledParent(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	self, err := os.Executable()
	require.NoError(t, err)
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), asParent+"="+dir)
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	var orphan int
	_, err = fmt.Sscanf(line, "pid %d", &orphan)
	require.NoError(t, err, line)
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait()

	s := start(t, dir)
	require.NotEqual(t, orphan, s.Pid())
	answer, err := ask(t, s, "select 1")
	require.NoError(t, err, answer)
}

func TestCancelledStartLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := postgres.Start(ctx, postgres.Config{Dir: dir, Settings: quick})
	require.ErrorIs(t, err, context.Canceled)
	start(t, dir)
}
