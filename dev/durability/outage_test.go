package durability

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/stack"
)

// promptly bounds every answer while something is down.
const promptly = 5 * time.Second

// answers sends a request while something is down, and checks when the answer comes, and which it is.
func (f *fleet) answers(status int, method, path string, body any) {
	f.t.Helper()
	began := time.Now()
	answer, err := f.Do(f.t.Context(), method, path, body)
	took := time.Since(began)
	if !assert.NoError(f.t, err, "%s %s", method, path) {
		return
	}
	assert.Equal(f.t, status, answer.Status, "%s %s: %s", method, path, answer)
	assert.Less(f.t, took, promptly, "%s %s", method, path)
	if status == http.StatusServiceUnavailable {
		assert.NotEmpty(f.t, answer.Header.Get("Retry-After"), "%s %s", method, path)
	}
}

// noop is a reset that does nothing to a guest that runs.
var noop = map[string]any{"ResetType": "On"}

// outageFleet has a system, and a reset of it that is under way when something goes down.
func outageFleet(t *testing.T) (f *fleet, uri string, underWay stack.Task, goOn func()) {
	f = simulatedFleet(t)
	f.must(f.provision("demo"))
	uri = systemsURI + "/demo"
	point := holdBefore("power.Reset", "demo")
	require.NoError(t, f.Hold.Arm(point))
	underWay, err := f.reset("demo", "ForceRestart")
	require.NoError(t, err)
	f.AwaitHeld(point)
	return f, uri, underWay, func() { require.NoError(t, f.Hold.Release(point)) }
}

func TestTemporalIsDown(t *testing.T) {
	t.Parallel()
	f, uri, underWay, goOn := outageFleet(t)
	f.Kill(stack.Temporal)
	goOn()
	f.eventually(promptly, func(ctx context.Context) error { // an earlier answer of Temporal's is good for a second
		answer, err := f.Do(ctx, http.MethodPost, uri+"/Actions/ComputerSystem.Reset", noop)
		if err == nil && answer.Status != http.StatusServiceUnavailable {
			err = fmt.Errorf("new work: %s", answer)
		}
		return err
	})
	for range 3 {
		f.answers(http.StatusServiceUnavailable, http.MethodPost, uri+"/Actions/ComputerSystem.Reset", noop)
		f.answers(http.StatusServiceUnavailable, http.MethodPost, systemsURI, map[string]any{"Name": "another", "MemoryMiB": 32, "Network": "none"})
		f.answers(http.StatusServiceUnavailable, http.MethodDelete, uri, nil)
		f.answers(http.StatusServiceUnavailable, http.MethodGet, uri+"/Oem/HawkFish/SerialLog", nil)
		f.answers(http.StatusOK, http.MethodGet, uri, nil)
		f.answers(http.StatusOK, http.MethodGet, systemsURI, nil)
		f.answers(http.StatusOK, http.MethodGet, tasksURI+"/"+underWay.ID, nil)
		f.answers(http.StatusOK, http.MethodPatch, uri, map[string]any{"AssetTag": "a tag"})
	}
	f.back(stack.Temporal, underWay, uri)
}

func TestPostgresIsDown(t *testing.T) {
	t.Parallel()
	f, uri, underWay, goOn := outageFleet(t)
	f.Get(uri)
	f.Kill(stack.Postgres)
	goOn()
	f.eventually(promptly, func(ctx context.Context) error { // reads are answered from memory until it is seen that PostgreSQL is gone
		answer, err := f.Do(ctx, http.MethodGet, uri, nil)
		if err == nil && answer.Status != http.StatusServiceUnavailable {
			err = fmt.Errorf("GET: %s", answer)
		}
		return err
	})
	for range 3 {
		for _, path := range []string{uri, systemsURI, tasksURI + "/" + underWay.ID, uri + "/Oem/HawkFish/SerialLog"} {
			f.answers(http.StatusServiceUnavailable, http.MethodGet, path, nil)
		}
		f.answers(http.StatusServiceUnavailable, http.MethodPost, uri+"/Actions/ComputerSystem.Reset", noop)
		f.answers(http.StatusServiceUnavailable, http.MethodPost, systemsURI, map[string]any{"Name": "another", "MemoryMiB": 32, "Network": "none"})
		f.answers(http.StatusServiceUnavailable, http.MethodDelete, uri, nil)
		f.answers(http.StatusServiceUnavailable, http.MethodPatch, uri, map[string]any{"AssetTag": "a tag"})
	}
	f.back(stack.Postgres, underWay, uri)
}

// back starts what was down. What had been accepted has been done once, and new work is.
func (f *fleet) back(process string, underWay stack.Task, uri string) {
	f.t.Helper()
	f.Start(process)
	f.WaitReady()
	f.must(underWay, nil)
	id := f.idOf("demo")
	require.NoError(f.t, f.ranAs(id, &ran{Boots: 2}))
	f.must(f.reset("demo", "ForceRestart"))
	require.NoError(f.t, f.ranAs(id, &ran{Boots: 3}))
	f.Get(uri)
	f.nothingLeft()
}
