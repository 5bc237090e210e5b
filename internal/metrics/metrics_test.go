package metrics

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTemporalNumbersAreScraped(t *testing.T) {
	t.Parallel()
	reg := New()
	h := Temporal(reg)
	tagged := h.WithTags(map[string]string{"task_queue": "host-a", "unheard_of": "x"})
	tagged.Counter("temporal_request").Inc(2)
	h.Counter("temporal_request").Inc(1)
	tagged.Gauge("temporal_worker_task_slots-available").Update(7)
	tagged.Timer("temporal_request_latency").Record(20 * time.Millisecond)
	h.Timer("temporal_request").Record(time.Second) // the name of a counter

	page := get(t, Endpoints(reg, nil), "/metrics").Body.String()
	for _, line := range []string{
		`temporal_request_total{activity_type="",failure_reason="",namespace="",operation="",poller_type="",status_code="",task_queue="host-a",worker_type="",workflow_type=""} 2`,
		`temporal_worker_task_slots_available{activity_type="",failure_reason="",namespace="",operation="",poller_type="",status_code="",task_queue="host-a",worker_type="",workflow_type=""} 7`,
		`temporal_request_latency_seconds_count{`, `process_resident_memory_bytes`, `go_goroutines`,
	} {
		assert.Contains(t, page, line)
	}
}

func TestReadyTellsWhatIsDown(t *testing.T) {
	t.Parallel()
	down := map[string]string{}
	endpoints := Endpoints(New(), func(ctx context.Context) map[string]string {
		_, bounded := ctx.Deadline()
		assert.True(t, bounded)
		return down
	})
	assert.Equal(t, http.StatusOK, get(t, endpoints, "/healthz").Code)
	assert.Equal(t, http.StatusOK, get(t, endpoints, "/readyz").Code)
	down["postgresql"] = "connection refused"
	reply := get(t, endpoints, "/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, reply.Code)
	assert.JSONEq(t, `{"status":"not ready","down":{"postgresql":"connection refused"}}`, reply.Body.String())
}

func TestServeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, ln, Endpoints(New(), nil)) }()
	resp, err := http.Get("http://" + ln.Addr().String() + "/healthz")
	require.NoError(t, err)
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	assert.JSONEq(t, `{"status":"alive"}`, string(body))
	cancel()
	require.NoError(t, <-ended)
}

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}
