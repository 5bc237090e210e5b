package metrics

import (
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"
)

// temporalLabels are the tags of the SDK that are kept; a metric that lacks one has it empty.
// Prometheus wants one set of labels for each name, the SDK does not keep to one.
var temporalLabels = []string{
	"namespace", "task_queue", "worker_type", "workflow_type", "activity_type", "operation", "status_code", "failure_reason", "poller_type",
}

// temporalBuckets reach from a local activity to an image import, in seconds.
var temporalBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800}

// Temporal returns a handler for client.Options that puts the SDK's numbers into reg.
func Temporal(reg prometheus.Registerer) client.MetricsHandler {
	return temporal{families: &families{reg: reg, byName: map[string]prometheus.Collector{}}}
}

// temporal implements client.MetricsHandler.
type temporal struct {
	families *families
	tags     map[string]string
}

// families are the metrics seen so far; handlers with other tags share them.
type families struct {
	reg    prometheus.Registerer
	mu     sync.Mutex
	byName map[string]prometheus.Collector
}

// family returns the metric of a name, and makes it when it is new. The suffix differs
// by kind, so that a name used for two kinds makes two families.
func family[T prometheus.Collector](f *families, name, suffix string, create func(name string) T) T {
	name = strings.NewReplacer("-", "_", ".", "_").Replace(name) + suffix
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.byName[name].(T); ok {
		return known
	}
	created := create(name)
	// A name that reg refuses is still counted, though nobody sees it: the SDK must not fail for it.
	_ = f.reg.Register(created)
	f.byName[name] = created
	return created
}

func (h temporal) values() []string {
	values := make([]string, len(temporalLabels))
	for i, label := range temporalLabels {
		values[i] = h.tags[label]
	}
	return values
}

func (h temporal) WithTags(tags map[string]string) client.MetricsHandler {
	all := make(map[string]string, len(h.tags)+len(tags))
	maps.Copy(all, h.tags)
	maps.Copy(all, tags)
	return temporal{h.families, all}
}

func (h temporal) Counter(name string) client.MetricsCounter {
	vec := family(h.families, name, "_total", func(name string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: "Counted by the Temporal SDK."}, temporalLabels)
	})
	return counter{vec.WithLabelValues(h.values()...)}
}

func (h temporal) Gauge(name string) client.MetricsGauge {
	vec := family(h.families, name, "", func(name string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: "Reported by the Temporal SDK."}, temporalLabels)
	})
	return gauge{vec.WithLabelValues(h.values()...)}
}

func (h temporal) Timer(name string) client.MetricsTimer {
	vec := family(h.families, name, "_seconds", func(name string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: name, Help: "Measured by the Temporal SDK.", Buckets: temporalBuckets,
		}, temporalLabels)
	})
	return timer{vec.WithLabelValues(h.values()...)}
}

type counter struct{ prometheus.Counter }

func (c counter) Inc(n int64) { c.Add(float64(n)) }

type gauge struct{ prometheus.Gauge }

func (g gauge) Update(v float64) { g.Set(v) }

type timer struct{ prometheus.Observer }

func (t timer) Record(d time.Duration) { t.Observe(d.Seconds()) }
