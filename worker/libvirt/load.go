package libvirt

import (
	"cmp"
	"slices"
	"sync"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// allCPUs and allCells ask for the sum over the host (VIR_NODE_CPU_STATS_ALL_CPUS, VIR_NODE_MEMORY_STATS_ALL_CELLS).
const allCPUs, allCells = -1, -1

// processorTime is how long a host's processors have worked and waited since it was started, in nanoseconds.
type processorTime struct{ busy, all uint64 }

// loadMeter remembers the look before, since libvirt counts and does not measure.
type loadMeter struct {
	mu     sync.Mutex
	before processorTime
}

// share is the part of the processors' time that they worked since the look before; of the first look, since the host was started.
func (m *loadMeter) share(now processorTime) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.before
	if now.all <= before.all || now.busy < before.busy { // the host was started anew, or no time has passed
		before = processorTime{}
	}
	m.before = now
	if now.all == before.all {
		return 0
	}
	return min(float64(now.busy-before.busy)/float64(now.all-before.all), 1)
}

// load is how busy the host is (virNodeGetCPUStats, virNodeGetMemoryStats).
func (h *Host) load(c *conn) (hawkfish.HostLoad, error) {
	l := hawkfish.HostLoad{At: time.Now().UTC().Truncate(time.Microsecond)}
	_, n, err := c.NodeGetCPUStats(allCPUs, 0, 0)
	if err != nil {
		return l, err
	}
	times, _, err := c.NodeGetCPUStats(allCPUs, n, 0)
	if err != nil {
		return l, err
	}
	var spent processorTime
	for _, t := range times {
		switch t.Field {
		case "idle", "iowait":
			spent.all += t.Value
		case "user", "kernel": // the time of guests is in user
			spent.all += t.Value
			spent.busy += t.Value
		}
	}
	l.CPU = h.loads.share(spent)
	if _, n, err = c.NodeGetMemoryStats(0, allCells, 0); err != nil {
		return l, err
	}
	amounts, _, err := c.NodeGetMemoryStats(n, allCells, 0)
	kib := map[string]int64{}
	for _, a := range amounts {
		kib[a.Field] = int64(a.Value)
	}
	l.MemoryMiB = max(kib["total"]-kib["free"]-kib["buffers"]-kib["cached"], 0) / 1024
	return l, err
}

// pools lists the active storage pools. libvirt knows their sizes without looking (virStoragePoolGetInfo).
func pools(c *conn) ([]hawkfish.Pool, error) {
	found, _, err := c.ConnectListAllStoragePools(1, golibvirt.ConnectListStoragePoolsActive)
	all := make([]hawkfish.Pool, 0, len(found))
	for _, p := range found {
		_, capacity, used, _, err := c.StoragePoolGetInfo(p)
		if isCode(err, golibvirt.ErrNoStoragePool) || isCode(err, golibvirt.ErrOperationInvalid) {
			continue // it has just been stopped
		}
		if err != nil {
			return nil, err
		}
		all = append(all, hawkfish.Pool{Name: p.Name, CapacityGiB: gibibytes(capacity), UsedGiB: gibibytes(used)})
	}
	slices.SortFunc(all, func(a, b hawkfish.Pool) int { return cmp.Compare(a.Name, b.Name) })
	return all, err
}

func gibibytes(bytes uint64) int64 { return int64(bytes >> 30) }
