package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

var all = hawkfish.Scope{All: true}

func fleet(t testing.TB, s storetest.Store) storetest.Fleet {
	t.Helper()
	p, err := s.FindProject(t.Context(), all, hawkfish.DefaultProject)
	require.NoError(t, err)
	return storetest.Fleet{Store: s, Project: p.ID}
}

func BenchmarkStore(b *testing.B) {
	f := fleet(b, storetest.New(b))
	f.Announce(b, "h1", hawkfish.Resources{CPUs: 1 << 20, MemoryMiB: 1 << 40, DiskGiB: 1 << 40}, "default")
	s := f.Ready(b, "web1", nil)
	target := hawkfish.Target{Kind: hawkfish.TargetSystem, ID: s.ID}

	b.Run("FindSystem", func(b *testing.B) {
		for b.Loop() {
			_, err := f.FindSystem(b.Context(), all, s.ID)
			require.NoError(b, err)
		}
	})
	b.Run("Task", func(b *testing.B) { // opened, claimed, started and finished
		var opening, finishing time.Duration
		for b.Loop() {
			began := time.Now()
			task, err := f.OpenTask(b.Context(), hawkfish.Task{Operation: hawkfish.OpReset, Target: target})
			opening += time.Since(began)
			require.NoError(b, err)
			_, err = f.ClaimUndispatched(b.Context(), 10, time.Minute)
			require.NoError(b, err)
			require.NoError(b, f.MarkDispatched(b.Context(), task.ID))
			began = time.Now()
			seen := &hawkfish.Observation{SystemID: s.ID, Power: schemas.PowerStateOn, At: began}
			require.NoError(b, f.FinishTask(b.Context(), task.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, seen, nil))
			finishing += time.Since(began)
		}
		b.ReportMetric(float64(opening.Microseconds())/float64(b.N), "µs/open")
		b.ReportMetric(float64(finishing.Microseconds())/float64(b.N), "µs/finish")
	})
	b.Run("PlaceSystem", func(b *testing.B) {
		i := 0
		for b.Loop() {
			b.StopTimer()
			placed, _ := f.Provisioning(b, fmt.Sprintf("p%d-%d", b.N, i), nil)
			i++
			b.StartTimer()
			_, err := f.PlaceSystem(b.Context(), placed.ID)
			require.NoError(b, err)
		}
	})
}

// BenchmarkObserve stores what a host with 10,000 systems sees.
func BenchmarkObserve(b *testing.B) {
	const systems = 10_000
	f := fleet(b, storetest.New(b))
	f.Announce(b, "h1", hawkfish.Resources{CPUs: 1 << 20, MemoryMiB: 1 << 40, DiskGiB: 1 << 40}, "default")
	var seen []hawkfish.Observation
	for i := range systems {
		if i%500 == 0 { // or it counts as silent
			f.Announce(b, "h1", hawkfish.Resources{CPUs: 1 << 20, MemoryMiB: 1 << 40, DiskGiB: 1 << 40}, "default")
		}
		s := f.Ready(b, fmt.Sprint("s", i), nil)
		seen = append(seen, hawkfish.Observation{SystemID: s.ID, Power: schemas.PowerStateOff})
	}
	powers := []schemas.PowerState{schemas.PowerStateOn, schemas.PowerStateOff}
	at, flip := time.Now(), 0
	look := func(changed int, complete bool) time.Time {
		at = at.Add(time.Second)
		flip++
		for i := range seen {
			seen[i].At = at
			if i < changed {
				seen[i].Power = powers[flip%2]
			}
		}
		if complete {
			return at
		}
		return time.Time{}
	}
	for _, c := range []struct {
		name     string
		changed  int
		complete bool
	}{{"none-changed", 0, false}, {"complete", 0, true}, {"all-changed", systems, false}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, f.Observe(b.Context(), "h1", seen, look(c.changed, c.complete)))
			}
		})
	}
	b.Run("ListSystems", func(b *testing.B) {
		for b.Loop() {
			_, total, err := f.ListSystems(b.Context(), all, hawkfish.Page{})
			require.NoError(b, err)
			require.Equal(b, systems, total)
		}
	})
	b.Run("ListHosts", func(b *testing.B) {
		for b.Loop() {
			_, err := f.ListHosts(b.Context())
			require.NoError(b, err)
		}
	})
}

// What it costs to keep, and to report, what a thousand guests use.
func BenchmarkMetrics(b *testing.B) {
	const systems = 1000
	f := fleet(b, storetest.New(b))
	var samples []hawkfish.Sample
	for i := range systems {
		if i%500 == 0 { // or it counts as silent
			f.Announce(b, "h1", hawkfish.Resources{CPUs: 1 << 20, MemoryMiB: 1 << 40, DiskGiB: 1 << 40}, "default")
		}
		s := f.Ready(b, fmt.Sprint("s", i), nil)
		samples = append(samples, hawkfish.Sample{SystemID: s.ID, CPU: 1e15, Memory: 1 << 24, Read: 1e12, Written: 1e12, Reads: 1e8, Writes: 1e8, Received: 1e12, Sent: 1e12})
	}
	at := time.Now().Add(-time.Hour)
	record := func(b *testing.B) {
		at = at.Add(time.Minute)
		require.NoError(b, f.RecordMetrics(b.Context(), hawkfish.Measurement{HostID: "h1", At: at, Samples: samples}))
	}
	for range 60 {
		record(b)
	}
	b.Run("Record", func(b *testing.B) {
		for b.Loop() {
			record(b)
		}
	})
	b.Run("List", func(b *testing.B) {
		for b.Loop() {
			all, err := f.ListMetrics(b.Context(), all, at.Add(-3*time.Minute), systems)
			require.NoError(b, err)
			require.Len(b, all, systems)
		}
	})
}
