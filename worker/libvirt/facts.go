package libvirt

import (
	"context"
	"os"
	"slices"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/worker/sensors"
)

// Facts says what the host is and has (virNodeGetInfo, virStoragePoolGetInfo,
// virConnectListAllNetworks, virConnectGetHostname, virConnectGetSysinfo). It also makes the pool and the network where they are missing.
func (h *Host) Facts(ctx context.Context) (hawkfish.HostFacts, error) {
	p, err := h.getPlatform(ctx)
	if err != nil {
		return hawkfish.HostFacts{}, err
	}
	return work(ctx, h, func(c *conn) (hawkfish.HostFacts, error) {
		facts := hawkfish.HostFacts{Machine: p.hostUUID, Arch: p.arch, CPUModel: p.cpuModel, Hypervisor: p.hypervisor}
		facts.Software = slices.Concat(p.software, h.packages.find())
		err := offers(c, p, &facts)
		if err != nil {
			return facts, err
		}
		if facts.Name, err = c.ConnectGetHostname(); err != nil {
			return facts, err
		}
		if facts.Capacity, err = h.capacity(c); err != nil {
			return facts, err
		}
		if facts.Hardware, err = hardware(c); err != nil {
			return facts, err
		}
		if h.conns.at.network == "unix" { // it is this machine
			facts.Sensors = sensors.Read(os.DirFS("/sys"))
		}
		h.tryNetwork(c)
		nets, _, err := c.ConnectListAllNetworks(1, golibvirt.ConnectListNetworksActive)
		for _, n := range nets {
			facts.Networks = append(facts.Networks, n.Name)
		}
		slices.Sort(facts.Networks)
		return facts, err
	})
}

func (h *Host) capacity(c *conn) (hawkfish.Resources, error) {
	_, memoryKiB, cpus, _, _, _, _, _, err := c.NodeGetInfo()
	if err != nil {
		return hawkfish.Resources{}, err
	}
	pool, err := h.openPool(c)
	if err != nil {
		return hawkfish.Resources{}, err
	}
	_, bytes, _, _, err := c.StoragePoolGetInfo(pool.StoragePool)
	if err != nil {
		return hawkfish.Resources{}, err
	}
	over := h.cfg.Overcommit
	return hawkfish.Resources{
		CPUs:      int(float64(cpus) * over.CPUs),
		MemoryMiB: int64(float64(memoryKiB) / 1024 * over.Memory),
		DiskGiB:   int64(float64(bytes) / (1 << 30) * over.Disk),
	}, nil
}
