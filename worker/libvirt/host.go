// Package libvirt makes a hawkfish.Hypervisor of one host's libvirtd. It is the
// only importer of go-libvirt and of libvirt's XML.
//
// What it knows of a system lives on the host: the domain, the volumes of one
// storage pool, and a mark in the domain's metadata. It does not know the
// database, Temporal, other hosts, or why it is asked for something.
//
// libvirt's protocol has no deadlines and its daemon may die or hang at any
// moment, so every call is bounded, and a connection on which a call has run out
// of time is closed: nothing else ends the call.
package libvirt

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch/once"
)

// Source opens what images are fetched from. size is 0 when it is not known.
type Source interface {
	Open(ctx context.Context, url string) (body io.ReadCloser, size int64, err error)
	once.Source // of media
}

// Config says which libvirtd a host is, and how guests are made on it. Only URI is required.
type Config struct {
	// URI is a libvirt URI (qemu:///system, qemu:///system?socket=PATH, qemu+tcp://HOST/system)
	// or the path of libvirtd's socket.
	URI string
	// Source fetches images; nil: FetchImage is Unsupported.
	Source Source

	// DomainType is "kvm" or "qemu"; empty: kvm where a guest starts with it, else qemu.
	DomainType string
	// CPU is "host-passthrough", "host-model", "maximum" or the name of a model; empty:
	// host-passthrough with kvm, qemu64 with qemu.
	CPU string

	// Pool names the storage pool of images and media; empty: "hawkfish". When it is missing it is
	// made in PoolPath; empty: /var/lib/libvirt/hawkfish.
	Pool, PoolPath string
	// DiskPath is the folder of the pool of systems' disks, which hosts may share; empty: PoolPath.
	DiskPath string
	// Network names a NAT network that is made when it is missing, such as "default"; empty: none is made.
	Network string
	// NetworkPrefix is its range of addresses; zero: 192.168.122.0/24.
	NetworkPrefix netip.Prefix

	// BootFile names a file whose content is another each time the host has been started; empty:
	// /proc/sys/kernel/random/boot_id where libvirtd is on this machine. Without one nothing is known of a power failure,
	// and PowerRestore is not heeded.
	BootFile string

	// MigrationURI is where other hosts' libvirtds reach this one, such as qemu+tls://kvm1.example.com/system: with tls the transfer is
	// encrypted, too. Empty: no guest comes here from another host.
	MigrationURI string

	// Overcommit says how often the host's resources are given away.
	Overcommit Overcommit

	// Deadline bounds questions; zero: 10 seconds. SlowDeadline bounds what takes a host its time,
	// such as starting a guest; zero: 2 minutes. It is also how long a transfer may stand still.
	Deadline, SlowDeadline time.Duration
	// Connections is how many calls may run at once; zero: 8.
	Connections int

	Log *slog.Logger // nil: slog.Default()
}

// Overcommit are factors that the fleet multiplies the host's resources with, unless its operators say others; zero: the default.
type Overcommit struct {
	CPUs   float64 // 4: an idle virtual CPU costs next to nothing
	Memory float64 // 1: a host that swaps serves nobody
	Disk   float64 // 1: a pool that runs full stops its guests
}

// Host is one libvirtd.
type Host struct {
	cfg      Config
	log      *slog.Logger
	conns    *connections
	locks    keyLocks // of images, by digest
	shelf    *shelf
	fetches  *once.Fetcher // of media
	registry registry
	feed     *feed
	packages packages // of firmware
	loads    loadMeter
	poolID   atomic.Pointer[string] // nil: not known yet

	setup     turn                   // to make the pool or the network
	noNetwork atomic.Pointer[string] // why the network could not be made; empty: it is there
	probed    sync.Mutex
	platform  *platform // nil: not known yet; guarded by probed

	stop context.CancelFunc
	done sync.WaitGroup
}

var _ hawkfish.Hypervisor = (*Host)(nil)

// Open makes a host. It does not wait for libvirtd, which may be down: calls
// are Unavailable until it answers. The host lives until Close or the end of ctx.
func Open(ctx context.Context, cfg Config) (*Host, error) {
	at, err := parseURI(cfg.URI)
	if err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	ctx, stop := context.WithCancel(ctx)
	h := &Host{cfg: cfg, log: cfg.Log.With("libvirt", cfg.URI), setup: newTurn(), stop: stop}
	h.conns = newConnections(at, cfg.Connections, cfg.Deadline)
	h.feed = newFeed(h)
	h.shelf = newShelf(h)
	h.fetches = once.New(cfg.Source, h.shelf)
	if at.network == "unix" {
		h.packages.status = dpkgStatus
	}
	h.done.Go(func() { h.feed.run(ctx) })
	return h, nil
}

// Close ends the host's connections. Guests run on.
func (h *Host) Close() error {
	h.stop()
	h.done.Wait()
	h.conns.close()
	return nil
}

func (c Config) withDefaults() Config {
	c.Pool = orDefault(c.Pool, "hawkfish")
	c.PoolPath = orDefault(c.PoolPath, "/var/lib/libvirt/hawkfish")
	c.NetworkPrefix = orDefault(c.NetworkPrefix, netip.MustParsePrefix("192.168.122.0/24"))
	c.Overcommit.CPUs = orDefault(c.Overcommit.CPUs, 4)
	c.Overcommit.Memory = orDefault(c.Overcommit.Memory, 1)
	c.Overcommit.Disk = orDefault(c.Overcommit.Disk, 1)
	c.Deadline = orDefault(c.Deadline, 10*time.Second)
	c.SlowDeadline = orDefault(c.SlowDeadline, 2*time.Minute)
	c.Connections = orDefault(c.Connections, 8)
	c.Log = orDefault(c.Log, slog.Default())
	return c
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// ask asks libvirtd something within the deadline for questions.
func ask[T any](ctx context.Context, h *Host, f func(c *conn) (T, error)) (T, error) {
	return call(ctx, h.conns, h.cfg.Deadline, f)
}

// work has libvirtd do what may take it a while.
func work[T any](ctx context.Context, h *Host, f func(c *conn) (T, error)) (T, error) {
	return call(ctx, h.conns, h.cfg.SlowDeadline, f)
}

// about names the system that an error is about.
func about[T any](systemID string, v T, err error) (T, error) {
	return v, fault(err, "ComputerSystem", systemID)
}

// isCode reports whether err is this error of libvirt's.
func isCode(err error, code golibvirt.ErrorNumber) bool {
	return codeOf(err) == code
}
