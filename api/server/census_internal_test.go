package server

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/projectbeskar/hawkfish"
)

func TestCensus(t *testing.T) {
	t.Parallel()
	var down error
	c := &census{count: func(context.Context) (hawkfish.Census, error) {
		return hawkfish.Census{
			Systems: []hawkfish.SystemCount{{HostID: "h1", Phase: hawkfish.PhaseReady, Power: "On", Count: 3}},
			Tasks:   []hawkfish.TaskCount{{Operation: hawkfish.OpReset, State: "Suspended", Count: 2}},
			Hosts: []hawkfish.Host{{
				ID: "h1", State: hawkfish.HostMaintenance, Overcommit: hawkfish.Overcommit{CPUs: 2}, SeenAt: time.Unix(5, 0),
				Allocated: hawkfish.Resources{CPUs: 3},
				Facts:     hawkfish.HostFacts{Capacity: hawkfish.Resources{CPUs: 4}, Pools: []hawkfish.Pool{{Name: "p", CapacityGiB: 2, UsedGiB: 1}}},
			}},
		}, down
	}}
	reg := prometheus.NewRegistry()
	reg.MustRegister(c)
	gather := func() map[string]float64 {
		t.Helper()
		families, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		figures := map[string]float64{}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				name := f.GetName()
				for _, l := range m.GetLabel() {
					name += fmt.Sprintf(" %s=%s", l.GetName(), l.GetValue())
				}
				if value := m.GetGauge().GetValue(); value != 0 {
					figures[name] = value
				}
			}
		}
		return figures
	}
	want := map[string]float64{
		"hawkfish_systems host=h1 phase=Ready power=On":         3,
		"hawkfish_tasks operation=system.Reset state=Suspended": 2,
		"hawkfish_host_state host=h1 state=Maintenance":         1,
		"hawkfish_host_allocatable host=h1 resource=cpus":       8,
		"hawkfish_host_allocated host=h1 resource=cpus":         3,
		"hawkfish_host_last_report_timestamp_seconds host=h1":   5,
		"hawkfish_storage_pool_capacity_bytes host=h1 pool=p":   2 << 30,
		"hawkfish_storage_pool_used_bytes host=h1 pool=p":       1 << 30,
	}
	if got := gather(); !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	down = errors.New("away")
	if got := gather(); len(got) != 0 {
		t.Errorf("while the database is away: %v", got)
	}
}
