package simulated

import (
	"context"
	"hash/fnv"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Measure makes up what guests that run have used: all counters grow evenly with the time since the guest was last
// started or reset, at a pace that is its own.
func (h *Hypervisor) Measure(ctx context.Context) (hawkfish.Measurement, error) {
	return call(ctx, h, MethodMeasure, func() (hawkfish.Measurement, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return hawkfish.Measurement{}, errClosed
		}
		m := hawkfish.Measurement{At: h.now(), Simulated: true}
		for id, s := range h.systems {
			if s.Defined && s.On {
				m.Samples = append(m.Samples, s.sample(id, m.At))
			}
		}
		return m, nil
	})
}

// sample is of a guest that uses 1 to 10 percent of each of its processors, and half of its memory.
func (s *system) sample(id string, now time.Time) hawkfish.Sample {
	percent := percent(id)
	ran := max(now.Sub(s.LastReset), 0)
	milliseconds := ran.Milliseconds()
	return hawkfish.Sample{
		SystemID: id, CPU: ran.Nanoseconds() / 100 * percent * int64(s.Guest.CPUs), Memory: s.MemoryMiB << 10 / 2,
		Read: milliseconds * percent, Written: milliseconds * percent * 2, Reads: milliseconds / 100, Writes: milliseconds / 50,
		Received: milliseconds * percent * 3, Sent: milliseconds * percent,
	}
}

// busyness makes up how busy the host is: its guests use what sample says, and write what they have.
func (h *Hypervisor) busyness() (hawkfish.HostLoad, []hawkfish.Pool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := hawkfish.HostLoad{At: h.now(), DiskGiB: h.used.DiskGiB}
	for id, s := range h.systems {
		if s.Defined && s.On {
			l.CPU += float64(percent(id)*int64(s.Guest.CPUs)) / 100
			l.MemoryMiB += s.MemoryMiB / 2
		}
	}
	l.CPU = min(l.CPU/float64(max(h.facts.Capacity.CPUs, 1)), 1)
	return l, []hawkfish.Pool{{Name: "simulated", CapacityGiB: h.facts.Capacity.DiskGiB, UsedGiB: h.used.DiskGiB}}
}

// percent is how much of each of its processors a guest uses, 1 to 10.
func percent(id string) int64 {
	pace := fnv.New32a()
	_, _ = pace.Write([]byte(id))
	return int64(1 + pace.Sum32()%10)
}
