package process

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/fetch"
	"github.com/projectbeskar/hawkfish/internal/outbound"
	"github.com/projectbeskar/hawkfish/worker/host"
	"github.com/projectbeskar/hawkfish/worker/libvirt"
	"github.com/projectbeskar/hawkfish/worker/simulated"
)

// Hosts runs a worker for each host of the configuration until ctx ends. A host
// that does not answer keeps none of the others waiting.
func Hosts(ctx context.Context, p Parts) error {
	p, flush, err := p.traced(ctx, "host")
	if err != nil {
		return err
	}
	defer flush()
	open, err := p.hypervisors(ctx)
	if err != nil {
		return err
	}
	var workers []func(context.Context) error
	names := &registry{}
	for _, h := range open {
		workers = append(workers, func(ctx context.Context) error { return p.host(ctx, h, names) })
	}
	return together(ctx, workers...)
}

// opened is a hypervisor whose worker has not started.
type opened struct {
	id  string // empty: the name that the host gives itself
	uri string
	hawkfish.Hypervisor
}

func (p Parts) host(ctx context.Context, h opened, names *registry) error {
	log := p.Log.With("component", "host", "uri", h.uri)
	if h.id == "" {
		err := p.untilDone(ctx, "ask the host for its name", func() error {
			facts, err := h.Facts(ctx)
			if h.id = strings.ToLower(facts.Name); err == nil && h.id == "" {
				err = errors.New("the host has no name; give it one: HAWKFISH_LIBVIRT=NAME=URI")
			}
			return err
		})
		if err != nil {
			return nil // ctx has ended
		}
	}
	if first := names.enter(h.id, h.uri); first != h.uri {
		return fmt.Errorf("%s and %s are both named %s; give them names: HAWKFISH_LIBVIRT=NAME=URI", first, h.uri, h.id)
	}
	kept, err := p.secrets()
	if err != nil {
		return err
	}
	token, err := p.hostToken(h.id)
	if err != nil {
		return err
	}
	service, err := p.service("host-" + h.id)
	if err != nil {
		return err
	}
	defer service.Close()
	log.InfoContext(ctx, "the host is served", "host", h.id)
	return host.Run(ctx, host.Config{ID: h.id, Token: token, URI: h.uri, Version: Version(), Measure: p.Config.TelemetryInterval, Service: service, Hypervisor: p.tracer.Hypervisor(h.Hypervisor, h.id), Unseal: kept.unseal, StopTimeout: stopTimeout, Log: log})
}

// registry holds who has which name: two hosts of one name would do each other's work.
type registry struct{ taken sync.Map }

// enter returns the URI of the host that has the name.
func (r *registry) enter(name, uri string) string {
	first, _ := r.taken.LoadOrStore(name, uri)
	return first.(string)
}

func (p Parts) hypervisors(ctx context.Context) ([]opened, error) {
	fetcher, err := p.fetcher()
	if err != nil {
		return nil, err
	}
	switch p.Config.Hypervisor {
	case config.HypervisorSimulated:
		return p.simulated(fetcher)
	default:
		return p.libvirt(ctx, fetcher)
	}
}

// fetcher opens image sources as far as the configuration lets it.
func (p Parts) fetcher() (*fetch.Fetcher, error) {
	addresses, err := outbound.ParsePolicy(p.Config.ImageAllow)
	if err != nil {
		return nil, fmt.Errorf("HAWKFISH_IMAGE_ALLOW: %w", err)
	}
	return fetch.New(fetch.Policy{Addresses: addresses, FileDirs: p.Config.ImageDirs}), nil
}

// named is how a host gets a name of the operator's choice: "h1=qemu:///system".
var named = regexp.MustCompile(`^([a-zA-Z0-9][a-zA-Z0-9.-]*)=(.+)$`)

func (p Parts) libvirt(ctx context.Context, fetcher *fetch.Fetcher) ([]opened, error) {
	cfg := p.Config
	var all []opened
	for _, entry := range cfg.Libvirt {
		one := opened{uri: entry}
		if m := named.FindStringSubmatch(entry); m != nil {
			one.id, one.uri = strings.ToLower(m[1]), m[2]
		}
		hv, err := libvirt.Open(ctx, libvirt.Config{
			URI: one.uri, Source: fetcher, DomainType: cfg.DomainType, CPU: cfg.CPUModel, PoolPath: cfg.PoolPath, DiskPath: cfg.DiskPath,
			Network:      "default",
			MigrationURI: cfg.MigrationURIOf(one.id),
			Overcommit:   libvirt.Overcommit{CPUs: cfg.OvercommitCPU, Memory: cfg.OvercommitMemory, Disk: cfg.OvercommitDisk},
			Log:          p.Log.With("component", "libvirt", "uri", one.uri),
		})
		if err != nil {
			return nil, fmt.Errorf("host %s: %w", entry, err)
		}
		one.Hypervisor = hv
		all = append(all, one)
	}
	return all, nil
}

func (p Parts) simulated(fetcher *fetch.Fetcher) ([]opened, error) {
	cfg := p.Config
	var all []opened
	peers := &simulated.Peers{}
	for i := range cfg.SimulatedHosts {
		name := fmt.Sprintf("sim%d", i+1)
		hv, err := simulated.Open(simulated.Config{
			Seed:      uint64(i),
			Name:      name,
			Peers:     peers,
			Guests:    simulated.Behaviour{Transfer: cfg.SimulatedTransfer},
			Dir:       filepath.Join(cfg.StateDir, "simulated", name),
			Capacity:  roomFor(cfg.SimulatedSystems),
			Source:    fetcher,
			Latencies: map[simulated.Method]simulated.Latency{simulated.AnyMethod: {Min: cfg.SimulatedLatency / 2, Max: cfg.SimulatedLatency}},
			Faults:    map[simulated.Method]simulated.Fault{simulated.AnyMethod: {Rate: cfg.SimulatedFaults, Kind: hawkfish.Unavailable}},
		})
		if err != nil {
			return nil, err
		}
		for n := range cfg.SimulatedForeign {
			f := simulated.Stranger(fmt.Sprintf("%s-old%d", name, n+1), n%2 == 0)
			if err := hv.AddForeign(f); err != nil && hawkfish.KindOf(err) != hawkfish.Exists { // it was there before
				return nil, err
			}
		}
		all = append(all, opened{id: name, uri: "simulated:///" + name, Hypervisor: hv})
	}
	return all, nil
}

// roomFor is what a host has that n small systems of 1 CPU, 512 MiB and 10 GiB fit on.
func roomFor(n int) hawkfish.Resources {
	return hawkfish.Resources{CPUs: n, MemoryMiB: int64(n) * 512, DiskGiB: int64(n) * 10}
}
