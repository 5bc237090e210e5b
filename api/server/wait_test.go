package server

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

type job struct{ id string }

type jobView struct {
	ID   string `json:"Id"`
	Name string `json:"Name"`
}

// waited is a task that goes on for ever, with a monitor that tells when someone waits for it.
func waited(waits chan struct{}) []redfish.Resource {
	return []redfish.Resource{
		redfish.Define(redfish.Spec[jobView, job]{
			Type: schemas.TypeTask, Path: "/redfish/v1/TaskService/Tasks/{id}",
			Load: func(_ context.Context, req *redfish.Request) (job, error) { return job{req.Var("id")}, nil },
			Key:  func(j job) string { return j.id },
			Show: func(_ redfish.Links, j job) jobView { return jobView{j.id, "Job"} },

			Revision: func(job) int64 { return 1 },
		}),
		redfish.Route(redfish.Endpoint{
			Name: "TaskMonitor", Path: "/redfish/v1/TaskService/TaskMonitors/{id}", Like: "ComputerSystem",
			Get: func(_ context.Context, req *redfish.Request) (redfish.Result, error) {
				return redfish.Accepted("Task", job{req.Var("id")}, "TaskMonitor"), nil
			},
			Await: func(ctx context.Context, _ *redfish.Request) error {
				waits <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			},
		}),
	}
}

// A server that is to end lets nobody wait for what takes long.
func TestDrainingEndsWaiting(t *testing.T) {
	t.Parallel()
	waits := make(chan struct{}, 1)
	r := start(t, func(cfg *Config) { cfg.Service = redfish.NewService(waited(waits)) })
	answered := make(chan reply, 1)
	began := time.Now()
	go func() {
		answered <- r.do("GET", "/redfish/v1/TaskService/TaskMonitors/1", "", asAdmin, "Prefer: wait=15")
	}()
	<-waits
	r.stop()
	got := <-answered
	assert.Equal(t, http.StatusAccepted, got.StatusCode)
	assert.Equal(t, "wait=15", got.Header.Get("Preference-Applied"))
	assert.Less(t, time.Since(began), 10*time.Second)
}

// A compressed body has a tag of its own, which every condition takes for the same revision (RFC 9110, section 8.8.3.3).
func TestTagsOfCompressedBodies(t *testing.T) {
	t.Parallel()
	var changed atomic.Int32
	r := start(t, func(cfg *Config) {
		cfg.Service = redfish.NewService([]redfish.Resource{redfish.Define(redfish.Spec[jobView, job]{
			Type: "#ComputerSystem.v1_0_0.ComputerSystem", Path: "/redfish/v1/Systems/{id}",
			Load:     func(_ context.Context, req *redfish.Request) (job, error) { return job{req.Var("id")}, nil },
			Key:      func(j job) string { return j.id },
			Show:     func(_ redfish.Links, j job) jobView { return jobView{j.id, strings.Repeat("HawkFish ", 2000)} },
			Revision: func(job) int64 { return 7 },
			Delete: func(context.Context, *redfish.Request, job) (redfish.Result, error) {
				changed.Add(1)
				return redfish.Done(), nil
			},
		})})
	})
	const path = "/redfish/v1/Systems/1"
	for _, tt := range []struct{ accept, tag string }{{"identity", `"7"`}, {"gzip", `"7-gzip"`}} {
		accept := "Accept-Encoding: " + tt.accept
		got := r.do("GET", path, "", asAdmin, accept)
		require.Equal(t, http.StatusOK, got.StatusCode)
		assert.Equal(t, tt.tag, got.Header.Get("ETag"))
		for _, known := range []string{tt.tag, "W/" + tt.tag, `"1", ` + tt.tag} {
			same := r.do("GET", path, "", asAdmin, accept, "If-None-Match: "+known)
			assert.Equal(t, http.StatusNotModified, same.StatusCode, known)
			assert.Equal(t, tt.tag, same.Header.Get("ETag"), known)
		}
		assert.Equal(t, http.StatusNoContent, r.do("DELETE", path, "", asAdmin, "If-Match: "+tt.tag).StatusCode)
	}
	for _, other := range []string{`"8-gzip"`, `"-gzip"`, `"7-gzip-gzip"`, `"7-br"`} {
		assert.Equal(t, http.StatusPreconditionFailed, r.do("DELETE", path, "", asAdmin, "If-Match: "+other).StatusCode, other)
	}
	assert.EqualValues(t, 2, changed.Load())
}
