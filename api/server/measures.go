package server

import (
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// latencyBuckets are in seconds: a cached read takes tens of microseconds, a login a tenth of a second.
var latencyBuckets = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// measures counts requests.
type measures struct {
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	http2    *prometheus.CounterVec
	strange  *measured // requests for what is not there
}

// measured is one method at one pattern; never a path, of which there may be any number.
type measured struct {
	requests *prometheus.CounterVec
	ok       prometheus.Counter
	latency  prometheus.Observer
}

func newMeasures(reg prometheus.Registerer) *measures {
	m := &measures{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hawkfish_http_requests_total", Help: "Requests by route, method and status.",
		}, []string{"route", "method", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hawkfish_http_request_duration_seconds", Help: "Time from the request's end to the reply's start.", Buckets: latencyBuckets,
		}, []string{"route", "method"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "hawkfish_http_requests_in_flight", Help: "Requests at work.",
		}),
		http2: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hawkfish_http2_errors_total", Help: "What clients did wrong over HTTP/2, by net/http's name for it.",
		}, []string{"type"}),
	}
	reg.MustRegister(m.requests, m.latency, m.inFlight, m.http2)
	m.strange = m.of("other", "none")
	return m
}

func (m *measures) of(method, pattern string) *measured {
	labels := prometheus.Labels{"route": pattern, "method": method}
	requests := m.requests.MustCurryWith(labels)
	return &measured{requests, requests.WithLabelValues("200"), m.latency.With(labels)}
}

func (m *measured) count(status int, took time.Duration) {
	m.latency.Observe(took.Seconds())
	if status == http.StatusOK {
		m.ok.Inc()
		return
	}
	m.requests.WithLabelValues(strconv.Itoa(status)).Inc()
}

// finish counts and logs an exchange.
func (s *Server) finish(x *exchange, reply redfish.Reply) {
	took := time.Since(x.started)
	m := s.measures.strange
	if x.endpoint != nil {
		m = x.endpoint.measured
	}
	m.count(reply.Status, took)
	level := logLevel(x.method, reply.Status)
	if !s.Log.Enabled(x.ctx, level) {
		return
	}
	route, user := "", ""
	if x.place != nil {
		route = x.place.pattern
	}
	if x.req.Caller != nil {
		user = x.req.Caller.Actor.UserName
	}
	s.Log.LogAttrs(x.ctx, level, "request",
		slog.String("method", x.method), slog.String("path", x.req.Path), slog.String("route", route),
		slog.Int("status", reply.Status), slog.Int("bytes", len(reply.Body)), slog.Duration("took", took),
		slog.String("user", user), slog.String("remote", x.req.RemoteAddr))
}

// logLevel: reads come by the thousand, changes are worth a line each.
func logLevel(method string, status int) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelWarn
	case method == http.MethodGet || method == http.MethodHead:
		return slog.LevelDebug
	}
	return slog.LevelInfo
}
