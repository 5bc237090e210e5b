// Package metrics is how a process can be watched: its Prometheus registry, the
// Temporal SDK's numbers in it, and the endpoints /metrics, /healthz and /readyz.
// It does not know what is counted.
package metrics

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/singleflight"
)

// New returns a registry with what Go and the operating system say of the process.
func New() *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return reg
}

// Ready says which dependencies do not answer, by name; an empty map means ready.
type Ready func(ctx context.Context) map[string]string

// readyWithin bounds how long /readyz waits for dependencies.
const readyWithin = 3 * time.Second

// Paths are what Endpoints serves.
var Paths = []string{"/healthz", "/readyz", "/metrics"}

// Endpoints serves Paths: /healthz is 200 while the process lives, /readyz is 200
// or 503 with what is down.
func Endpoints(reg *prometheus.Registry, ready Ready) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, health{Status: "alive"})
	})
	var looks singleflight.Group // many who ask at once cost one look
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		look, _, _ := looks.Do("", func() (any, error) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), readyWithin)
			defer cancel()
			return ready(ctx), nil
		})
		if down := look.(map[string]string); len(down) > 0 {
			answer(w, http.StatusServiceUnavailable, health{Status: "not ready", Down: down})
			return
		}
		answer(w, http.StatusOK, health{Status: "ready"})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{Registry: reg}))
	return mux
}

type health struct {
	Status string            `json:"status"`
	Down   map[string]string `json:"down,omitempty"`
}

func answer(w http.ResponseWriter, status int, h health) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(h) // fails only when the client has gone
}
