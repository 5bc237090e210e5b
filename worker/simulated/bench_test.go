package simulated_test

import (
	"runtime"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/worker/simulated"
)

const fleet = 10_000

// large is a host with room for a fleet.
func large(dir string) simulated.Config {
	return simulated.Config{Dir: dir, Capacity: hawkfish.Resources{CPUs: 1 << 20, MemoryMiB: 1 << 30, DiskGiB: 1 << 30}}
}

func running(t testing.TB, h *simulated.Hypervisor, n int) {
	t.Helper()
	defined(t, h, n)
	for i := range n {
		if _, err := h.Start(t.Context(), guest(i).ID); err != nil {
			t.Fatal(err)
		}
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkMemory measures what a system that runs takes.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		before := heap()
		h := open(b, large(""))
		running(b, h, fleet)
		b.ReportMetric(float64(heap()-before)/fleet, "bytes/system")
		runtime.KeepAlive(h)
	}
}

func BenchmarkObserveAll(b *testing.B) {
	h := open(b, large(""))
	running(b, h, fleet)
	for b.Loop() {
		if all, err := h.ObserveAll(b.Context()); err != nil || len(all) != fleet {
			b.Fatal(len(all), err)
		}
	}
}

func BenchmarkStartStop(b *testing.B) {
	for name, dir := range map[string]string{"in memory": "", "kept": b.TempDir()} {
		b.Run(name, func(b *testing.B) {
			h := open(b, large(dir))
			defined(b, h, fleet)
			for i := 0; b.Loop(); i++ {
				id := guest(i % fleet).ID
				if _, err := h.Start(b.Context(), id); err != nil {
					b.Fatal(err)
				}
				if _, err := h.Stop(b.Context(), id); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	config := large(b.TempDir())
	h := open(b, config)
	running(b, h, fleet)
	h.Close()
	for b.Loop() {
		open(b, config).Close()
	}
}
