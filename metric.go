package hawkfish

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Sample is what a host has counted of a guest that runs, since it was started from off.
type Sample struct {
	SystemID string
	CPU      int64 // nanoseconds of the host's processors
	Memory   int64 // KiB of the host's memory
	Read     int64 // bytes, of all its disks
	Written  int64
	Reads    int64 // requests
	Writes   int64
	Received int64 // bytes, of all its network interfaces
	Sent     int64
}

// Measurement is one look at all guests of a host that run.
type Measurement struct {
	HostID    string
	At        time.Time // the host's clock, just before it looked
	Simulated bool      // made up
	Samples   []Sample
}

// Reading is a sample as it is kept.
type Reading struct {
	Sample
	At        time.Time
	Simulated bool
}

// SystemMetrics are the readings of a system that are kept: the last hour's, of each minute the last one, newest first.
type SystemMetrics struct {
	SystemID string
	CPUs     int
	Readings []Reading
}

// Telemetry keeps what hosts have counted. It is no record: it may be lost when the database crashes.
type Telemetry interface {
	// ListMetrics returns the last two readings of each system that has any since then, in the order of the systems'
	// creation, and of limit systems or more, if there are so many.
	ListMetrics(ctx context.Context, scope Scope, since time.Time, limit int) ([]SystemMetrics, error)
	// MetricsOf returns all readings of a system.
	MetricsOf(ctx context.Context, systemID string) (SystemMetrics, error)
}

// Metric is a figure of systems.
type Metric struct {
	ID    string
	Title string
	Class string // metrics of a class are reported together
	Unit  string // UCUM
	Type  schemas.MetricType
	// Calculated: from several readings.
	Calculated bool
	// Value works the figure out from a reading and from the one before, which is zero when there is none. It is false when it needs
	// one, and when the guest has been started anew in between.
	Value func(now, before Reading, cpus int) (float64, bool)
}

// Metrics lists the figures that there are of systems.
var Metrics = []Metric{
	counter("ProcessorTime", "Time of the host's processors", "Processor", "s", func(s Sample) float64 { return float64(s.CPU) / 1e9 }),
	{"ProcessorUtilization", "Part of the system's processors that is used", "Processor", "%", schemas.MetricTypeGauge, true, utilization},
	gauge("MemoryConsumed", "Memory of the host", "Memory", "KiBy", func(s Sample) float64 { return float64(s.Memory) }),
	counter("DiskReadBytes", "Read from disks", "Storage", "By", func(s Sample) float64 { return float64(s.Read) }),
	counter("DiskWrittenBytes", "Written to disks", "Storage", "By", func(s Sample) float64 { return float64(s.Written) }),
	counter("DiskReads", "Requests to read from disks", "Storage", "1", func(s Sample) float64 { return float64(s.Reads) }),
	counter("DiskWrites", "Requests to write to disks", "Storage", "1", func(s Sample) float64 { return float64(s.Writes) }),
	rate("DiskReadRate", "Read from disks in a second", "Storage", func(s Sample) int64 { return s.Read }),
	rate("DiskWriteRate", "Written to disks in a second", "Storage", func(s Sample) int64 { return s.Written }),
	counter("NetworkReceivedBytes", "Received from networks", "Network", "By", func(s Sample) float64 { return float64(s.Received) }),
	counter("NetworkSentBytes", "Sent to networks", "Network", "By", func(s Sample) float64 { return float64(s.Sent) }),
	rate("NetworkReceiveRate", "Received from networks in a second", "Network", func(s Sample) int64 { return s.Received }),
	rate("NetworkSendRate", "Sent to networks in a second", "Network", func(s Sample) int64 { return s.Sent }),
}

func counter(id, title, class, unit string, value func(Sample) float64) Metric {
	return Metric{id, title, class, unit, schemas.MetricTypeCounter, false, func(now, _ Reading, _ int) (float64, bool) { return value(now.Sample), true }}
}

func gauge(id, title, class, unit string, value func(Sample) float64) Metric {
	m := counter(id, title, class, unit, value)
	m.Type = schemas.MetricTypeGauge
	return m
}

func rate(id, title, class string, value func(Sample) int64) Metric {
	return Metric{id, title, class, "By/s", schemas.MetricTypeGauge, true, func(now, before Reading, _ int) (float64, bool) {
		seconds := now.At.Sub(before.At).Seconds()
		more := value(now.Sample) - value(before.Sample)
		if !follows(now, before) || more < 0 {
			return 0, false
		}
		return float64(more) / seconds, true
	}}
}

func utilization(now, before Reading, cpus int) (float64, bool) {
	if !follows(now, before) || cpus == 0 {
		return 0, false
	}
	used := float64(now.CPU-before.CPU) / float64(now.At.Sub(before.At)) / float64(cpus)
	return min(100*used, 100), true // a guest whose processors are being changed may have had more
}

// follows reports whether two readings are of one run of a guest.
func follows(now, before Reading) bool {
	return !before.At.IsZero() && now.At.After(before.At) && now.CPU >= before.CPU
}
