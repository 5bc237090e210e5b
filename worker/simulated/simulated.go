// Package simulated is a host in memory, for development without libvirt, for
// fleets larger than any lab, and for faults that no real host has on demand.
// It passes the suite that real hosts pass (worker/hypervisortest).
//
// Its guests are pure functions of time: what one has written to its serial
// port is worked out when somebody asks. It knows no libvirt and runs no code.
package simulated

import (
	"context"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch/once"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Source opens what images are fetched from; internal/fetch is one.
type Source interface {
	// Open returns the file and its length in bytes, 0 when not known.
	Open(ctx context.Context, url string) (io.ReadCloser, int64, error)
	once.Source // of media
}

// Config says what the host is like. The zero Config is a quick host that
// never fails, has forgotten everything when it is opened again, and can fetch nothing.
type Config struct {
	Seed     uint64             // of everything that happens by chance
	Dir      string             // where the host keeps its state; empty: nowhere
	Capacity hawkfish.Resources // zero: 64 CPUs, 256 GiB of memory, 4 TiB of disk
	Networks []string           // nil: one, "default"
	Source   Source             // of images
	Guests   Behaviour
	Name     string // of the host among its peers
	Peers    *Peers // hosts that guests can be brought to; nil: there are none
	// Latencies and Faults hold for a method; AnyMethod for all that are not named.
	Latencies map[Method]Latency
	Faults    map[Method]Fault
}

// Behaviour is what guests are like.
type Behaviour struct {
	Boot     time.Duration // from power to "SIMULATED boot complete"
	Shutdown time.Duration // from the power button to power off, once booted
	Deaf     float64       // share of guests that ignore their power button, 0 to 1

	// Transfer is how long it takes to bring a guest to another host.
	Transfer time.Duration

	// PowerOffEvery and RebootEvery are how long, on average, a guest runs before it
	// switches itself off or restarts itself; 0: for ever.
	PowerOffEvery, RebootEvery time.Duration
}

// Hypervisor is a simulated host. Its methods may be called at the same time.
type Hypervisor struct {
	facts   hawkfish.HostFacts
	source  Source
	fetches *once.Fetcher // of media
	guests  Behaviour
	name    string
	peers   *Peers

	chance struct {
		sync.Mutex
		*rand.Rand
	}
	tuning *tuning

	mu       sync.Mutex // guards all below
	closed   bool
	clock    time.Time
	systems  map[string]*system
	named    map[string]string // name of a domain → its system
	images   map[string]hawkfish.ImageFacts
	media    map[string]medium  // by digest
	used     hawkfish.Resources // memory of guests that run, and disks
	watchers map[*watcher]bool
	journal  *journal // nil: nothing is kept
}

var _ hawkfish.Hypervisor = (*Hypervisor)(nil)

// Open makes a host, or finds the one whose state is in Config.Dir: guests that ran have gone on
// running. Conflict while another process has the folder open.
func Open(c Config) (*Hypervisor, error) {
	h := &Hypervisor{
		facts: hawkfish.HostFacts{
			Capacity:   c.Capacity,
			Arch:       "x86_64",
			CPUModel:   "simulated",
			Hypervisor: "simulated",
			Software:   []hawkfish.Software{{ID: "simulated", Name: "Simulated hypervisor", Vendor: "HawkFish"}},
			Networks:   slices.Clone(c.Networks),
			Hardware:   hawkfish.Hardware{Manufacturer: "HawkFish", Model: "Simulated host", SerialNumber: "SIMULATED"},
			Sensors: []hawkfish.Sensor{
				{ID: "simulated-temp1", Name: "Simulated temperature", Kind: hawkfish.SensorTemperature, Reading: 40, Caution: 80, Critical: 100},
				{ID: "simulated-fan1", Name: "Simulated fan", Kind: hawkfish.SensorFan, Reading: 3000},
				{ID: "simulated-power1", Name: "Simulated power", Kind: hawkfish.SensorPower, Reading: 100},
			},
			SecureBoot: true, TPM: true,
			Firmware: []schemas.BootSourceOverrideMode{schemas.BootSourceOverrideModeLegacy, schemas.BootSourceOverrideModeUEFI},
		},
		source:   c.Source,
		guests:   c.Guests,
		name:     c.Name,
		peers:    c.Peers,
		tuning:   newTuning(c.Latencies, c.Faults),
		systems:  map[string]*system{},
		named:    map[string]string{},
		images:   map[string]hawkfish.ImageFacts{},
		media:    map[string]medium{},
		watchers: map[*watcher]bool{},
	}
	h.fetches = once.New(c.Source, cabinet{h})
	h.chance.Rand = rand.New(rand.NewPCG(c.Seed, 0))
	if h.facts.Capacity == (hawkfish.Resources{}) {
		h.facts.Capacity = hawkfish.Resources{CPUs: 64, MemoryMiB: 256 << 10, DiskGiB: 4 << 10}
	}
	if c.Networks == nil {
		h.facts.Networks = []string{"default"}
	}
	if c.Dir != "" {
		if err := h.load(c.Dir); err != nil {
			return nil, err
		}
	}
	h.peers.join(h)
	return h, nil
}

// Close ends watches, and later calls fail. Guests go on running, as those of
// a real host do when its worker goes away.
func (h *Hypervisor) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	h.peers.leave(h)
	h.loseEvents(errClosed)
	return h.journal.close()
}

// Facts says what the host is and has.
func (h *Hypervisor) Facts(ctx context.Context) (hawkfish.HostFacts, error) {
	return call(ctx, h, MethodFacts, func() (hawkfish.HostFacts, error) {
		facts := h.facts
		facts.Networks, facts.Software = slices.Clone(facts.Networks), slices.Clone(facts.Software)
		facts.Load, facts.Pools = h.busyness()
		return facts, nil
	})
}

// now is the host's clock. It never shows the same time twice, and like
// PostgreSQL it counts microseconds. The caller holds mu.
func (h *Hypervisor) now() time.Time {
	t := time.Now().UTC().Truncate(time.Microsecond)
	if !t.After(h.clock) {
		t = h.clock.Add(time.Microsecond)
	}
	h.clock = t
	return t
}

// roll reports true with a chance of p.
func (h *Hypervisor) roll(p float64) bool {
	if p <= 0 {
		return false
	}
	h.chance.Lock()
	defer h.chance.Unlock()
	return h.chance.Float64() < p
}

// between picks a duration.
func (h *Hypervisor) between(least, most time.Duration) time.Duration {
	if most <= least {
		return least
	}
	h.chance.Lock()
	defer h.chance.Unlock()
	return least + time.Duration(h.chance.Int64N(int64(most-least)+1))
}

// wait picks how long it takes until something happens that happens once in mean.
func (h *Hypervisor) wait(mean time.Duration) time.Duration {
	h.chance.Lock()
	defer h.chance.Unlock()
	return time.Duration(h.chance.ExpFloat64() * float64(mean))
}
