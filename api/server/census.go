package server

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/singleflight"

	"github.com/projectbeskar/hawkfish"
)

// Count counts what there is.
type Count func(ctx context.Context) (hawkfish.Census, error)

// censusWithin bounds how long a scrape waits for the database.
const censusWithin = 3 * time.Second

// census tells Prometheus of systems and hosts, as they are when it asks. Every API process tells the same: the figures are the fleet's.
type census struct {
	count Count
	looks singleflight.Group // scrapes at the same time cost one look
}

var (
	systemsNow   = prometheus.NewDesc("hawkfish_systems", "Systems by host, phase and power state.", []string{"host", "phase", "power"}, nil)
	tasksNow     = prometheus.NewDesc("hawkfish_tasks", "Tasks that have not ended, by operation and state; Suspended ones wait for a person.", []string{"operation", "state"}, nil)
	hostsNow     = prometheus.NewDesc("hawkfish_host_state", "1 for the state that a host is in.", []string{"host", "state"}, nil)
	hostRoom     = prometheus.NewDesc("hawkfish_host_allocatable", "What a host has to give away, overcommit ratios applied.", []string{"host", "resource"}, nil)
	hostTaken    = prometheus.NewDesc("hawkfish_host_allocated", "What of a host has been given away, reservations included.", []string{"host", "resource"}, nil)
	hostBusy     = prometheus.NewDesc("hawkfish_host_cpu_busy_ratio", "Part of a host's processors that is busy, 0 to 1.", []string{"host"}, nil)
	hostMemory   = prometheus.NewDesc("hawkfish_host_memory_used_bytes", "Memory of a host that is in use.", []string{"host"}, nil)
	hostSeen     = prometheus.NewDesc("hawkfish_host_last_report_timestamp_seconds", "When a host's worker last reported.", []string{"host"}, nil)
	poolCapacity = prometheus.NewDesc("hawkfish_storage_pool_capacity_bytes", "Size of a storage pool.", []string{"host", "pool"}, nil)
	poolUsed     = prometheus.NewDesc("hawkfish_storage_pool_used_bytes", "What of a storage pool is written.", []string{"host", "pool"}, nil)
)

// Describe names what is told.
func (c *census) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{systemsNow, tasksNow, hostsNow, hostRoom, hostTaken, hostBusy, hostMemory, hostSeen, poolCapacity, poolUsed} {
		to <- d
	}
}

// Collect tells nothing while the database does not answer: the other figures are not kept from whoever asks.
func (c *census) Collect(to chan<- prometheus.Metric) {
	look, err, _ := c.looks.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.Background(), censusWithin)
		defer cancel()
		return c.count(ctx)
	})
	if err != nil {
		return
	}
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	found := look.(hawkfish.Census)
	for _, s := range found.Systems {
		gauge(systemsNow, float64(s.Count), s.HostID, string(s.Phase), s.Power)
	}
	for _, t := range found.Tasks {
		gauge(tasksNow, float64(t.Count), string(t.Operation), string(t.State))
	}
	for _, h := range found.Hosts {
		tellHost(gauge, h)
	}
}

func tellHost(gauge func(d *prometheus.Desc, value float64, labels ...string), h hawkfish.Host) {
	for _, state := range h.State.Values() {
		is := 0.0
		if state == string(h.State) {
			is = 1
		}
		gauge(hostsNow, is, h.ID, state)
	}
	for d, amount := range map[*prometheus.Desc]hawkfish.Resources{hostRoom: h.Room(), hostTaken: h.Allocated} {
		gauge(d, float64(amount.CPUs), h.ID, "cpus")
		gauge(d, float64(amount.MemoryMiB)*(1<<20), h.ID, "memory_bytes")
		gauge(d, float64(amount.DiskGiB)*(1<<30), h.ID, "disk_bytes")
	}
	if !h.SeenAt.IsZero() {
		gauge(hostSeen, float64(h.SeenAt.UnixMilli())/1000, h.ID)
	}
	if !h.Load.At.IsZero() {
		gauge(hostBusy, h.Load.CPU, h.ID)
		gauge(hostMemory, float64(h.Load.MemoryMiB)*(1<<20), h.ID)
	}
	for _, p := range h.Facts.Pools {
		gauge(poolCapacity, float64(p.CapacityGiB)*(1<<30), h.ID, p.Name)
		gauge(poolUsed, float64(p.UsedGiB)*(1<<30), h.ID, p.Name)
	}
}
