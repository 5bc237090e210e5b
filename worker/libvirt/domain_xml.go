package libvirt

import (
	"slices"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// files are where a guest's files are on the host.
type files struct{ disk, serial string }

// domainXML describes a guest to libvirt (https://libvirt.org/formatdomain.html).
func domainXML(g hawkfish.Guest, p platform, at files, m mark) (string, error) {
	order, err := bootOrder(g.Machine.Boot.Primary)
	if err != nil {
		return "", err
	}
	metadata, err := m.qualified()
	if err != nil {
		return "", err
	}
	d := machineOf(p)
	d.Name, d.UUID = g.Name, g.ID
	d.Metadata = &libvirtxml.DomainMetadata{XML: metadata}
	d.Memory = &libvirtxml.DomainMemory{Value: uint(g.MemoryMiB), Unit: "MiB"}
	d.VCPU = &libvirtxml.DomainVCPU{Placement: "static", Value: uint(g.CPUs)}
	d.CPU.Topology = oneSocket(d.VCPU.Value)
	d.SysInfo = sysInfo(g, p)
	d.OS.SMBios = &libvirtxml.DomainSMBios{Mode: "sysinfo"}
	d.Devices.Disks = []libvirtxml.DomainDisk{bootDisk(at.disk, order.disk), cdrom(order.cdrom)}
	d.Devices.Disks[0].Serial = driveSerial(g.ID)
	d.Devices.Interfaces = interfaces(g, order.network)
	addDevices(&d, at.serial)
	return d.Marshal()
}

// trialXML describes a guest without any device, for trying out a platform.
func trialXML(id string, p platform) (string, error) {
	d := machineOf(p)
	d.Name, d.UUID = "hawkfish-trial-"+id[:8], id
	d.Memory = &libvirtxml.DomainMemory{Value: 16, Unit: "MiB"}
	d.VCPU = &libvirtxml.DomainVCPU{Value: 1}
	d.Devices.MemBalloon = &libvirtxml.DomainMemBalloon{Model: "none"}
	return d.Marshal()
}

// machineOf is what all guests of a platform have in common.
func machineOf(p platform) libvirtxml.Domain {
	return libvirtxml.Domain{
		Type:       p.domainType,
		OS:         &libvirtxml.DomainOS{Type: &libvirtxml.DomainOSType{Arch: p.arch, Machine: p.machine, Type: "hvm"}},
		Features:   &libvirtxml.DomainFeatureList{ACPI: &libvirtxml.DomainFeature{}, APIC: &libvirtxml.DomainFeatureAPIC{}},
		CPU:        cpuOf(p.cpu),
		Clock:      &libvirtxml.DomainClock{Offset: "utc"},
		OnPoweroff: "destroy",
		OnReboot:   "restart",
		OnCrash:    "destroy",
		Devices:    &libvirtxml.DomainDeviceList{},
	}
}

// cpuModes are the values of Config.CPU that are not the name of a model.
var cpuModes = []string{"host-passthrough", "host-model", "maximum"}

func cpuOf(cpu string) *libvirtxml.DomainCPU {
	if slices.Contains(cpuModes, cpu) {
		return &libvirtxml.DomainCPU{Mode: cpu}
	}
	return &libvirtxml.DomainCPU{
		Mode: "custom", Match: "exact", Check: "none",
		Model: &libvirtxml.DomainCPUModel{Fallback: "allow", Value: cpu},
	}
}

// bootRanks is the place of each device in the order of booting.
type bootRanks struct{ disk, network, cdrom uint }

// bootOrders says where a guest looks for a system to boot. What is named comes
// first, and the others are tried when it has none, as a server's firmware does.
var bootOrders = map[schemas.BootSource]bootRanks{
	schemas.BootSourceHdd:  {disk: 1, network: 2, cdrom: 3},
	schemas.BootSourcePxe:  {disk: 2, network: 1, cdrom: 3},
	schemas.BootSourceCd:   {disk: 2, network: 3, cdrom: 1},
	schemas.BootSourceNone: {disk: 1, network: 2, cdrom: 3},
	"":                     {disk: 1, network: 2, cdrom: 3},
}

func bootOrder(s schemas.BootSource) (bootRanks, error) {
	order, ok := bootOrders[s]
	if !ok {
		return order, hawkfish.Refused("/Boot", string(s), "guests boot from Hdd, Pxe or Cd")
	}
	return order, nil
}
