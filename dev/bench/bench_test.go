package bench_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/bench"
	"github.com/projectbeskar/hawkfish/internal/postgres"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

func TestMain(m *testing.M) { os.Exit(labtest.Main(m)) }

// The benchmark works: every figure is there, whatever it is.
func TestQuick(t *testing.T) {
	if _, err := postgres.FindBinDir(""); err != nil {
		t.Skip(err)
	}
	program := filepath.Join(t.TempDir(), "hawkfish-bench")
	out, err := exec.Command("go", "build", "-o", program, "../cmd/hawkfish-bench").CombinedOutput()
	require.NoError(t, err, "%s", out)

	report, err := bench.Run(t.Context(), bench.Options{Quick: true, Program: program, Progress: t.Output()})
	require.NoError(t, err)
	report.Text(t.Output())
	require.NotEmpty(t, report.Reads)
	for _, r := range report.Reads {
		require.Positive(t, r.Throughput, "%+v", r)
		require.Positive(t, r.Bytes, "%+v", r)
	}
	by := map[string]bool{}
	for _, r := range report.Resets {
		by[r.Host+" by "+r.By] = true
		require.Positive(t, r.Count, "%+v", r)
		require.Positive(t, r.Done.P50, "%+v", r)
	}
	require.True(t, by["simulated by HawkFish"], "%v", by)
	if len(report.Skipped) == 0 {
		require.True(t, by["libvirt by HawkFish"] && by["libvirt by virsh"], "%v", by)
	}
	require.Len(t, report.Processes, 5)
	require.Positive(t, report.Binary)
}

func TestAttemptEndsAsTestsDo(t *testing.T) {
	t.Parallel()
	var order []string
	skipped, err := bench.Attempt(t.Context(), "skip", t.Output(), func(a testing.TB) {
		a.Cleanup(func() { order = append(order, "first") })
		a.Cleanup(func() { order = append(order, "last") })
		a.Skipf("no %s", "hosts")
	})
	require.NoError(t, err)
	require.Equal(t, "no hosts", skipped)
	require.Equal(t, []string{"last", "first"}, order)

	_, err = bench.Attempt(t.Context(), "fail", t.Output(), func(a testing.TB) {
		require.Equal(a, 1, 2, "sums")
		t.Error("went on after a failure")
	})
	require.ErrorContains(t, err, "sums")
	_, err = bench.Attempt(t.Context(), "cleanup", t.Output(), func(a testing.TB) {
		a.Cleanup(func() { a.Fatal("not clean") })
	})
	require.ErrorContains(t, err, "not clean")

	var ended <-chan struct{}
	_, err = bench.Attempt(t.Context(), "context", t.Output(), func(a testing.TB) { ended = a.Context().Done() })
	require.NoError(t, err)
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("its context goes on")
	}
}
