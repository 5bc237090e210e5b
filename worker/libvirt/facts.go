package libvirt

import (
	"context"
	"os"
	"slices"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/worker/sensors"
)

// Facts says what the host is and has, and how busy it is (virNodeGetInfo, virStoragePoolGetInfo,
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
		facts.Overcommit = hawkfish.Overcommit(h.cfg.Overcommit)
		var written int64
		if facts.Capacity, written, err = h.capacity(c); err != nil {
			return facts, err
		}
		if facts.Pools, err = pools(c); err != nil {
			return facts, err
		}
		facts.Address = dialAddress(h.cfg.MigrationURI)
		if facts.DiskPool, err = h.diskPool(ctx, c); err != nil {
			return facts, err
		}
		if facts.Load, err = h.load(c); err != nil {
			return facts, err
		}
		facts.Load.DiskGiB = written
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

// capacity is what the host has, and what of its pool is written.
func (h *Host) capacity(c *conn) (has hawkfish.Resources, writtenGiB int64, err error) {
	_, memoryKiB, cpus, _, _, _, _, _, err := c.NodeGetInfo()
	if err != nil {
		return has, 0, err
	}
	pool, err := h.openDisks(c)
	if err != nil {
		return has, 0, err
	}
	_, bytes, written, _, err := c.StoragePoolGetInfo(pool.StoragePool)
	return hawkfish.Resources{CPUs: int(cpus), MemoryMiB: int64(memoryKiB / 1024), DiskGiB: gibibytes(bytes)}, gibibytes(written), err
}
