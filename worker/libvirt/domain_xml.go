package libvirt

import (
	"slices"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

// files are where a guest's files are on the host.
type files struct {
	disk, serial, nvram string
	seed                string                        // empty: there is nothing for cloud-init
	media               map[hawkfish.MediaSlot]string // of the drives that have some
}

// domain describes a guest to libvirt (https://libvirt.org/formatdomain.html).
func domain(g hawkfish.Guest, p platform, at files) *libvirtxml.Domain {
	d := machineOf(p)
	d.Name, d.UUID = g.Name, g.ID
	d.Memory = &libvirtxml.DomainMemory{Value: uint(g.MemoryMiB), Unit: "MiB"}
	d.VCPU = &libvirtxml.DomainVCPU{Placement: "static", Value: uint(g.CPUs)}
	d.SysInfo = sysInfo(g, p)
	d.OS.SMBios = &libvirtxml.DomainSMBios{Mode: "sysinfo"}
	setFirmware(&d, g, at.nvram)
	setUp(&d, g, p)
	leaveRoom(&d)
	d.Devices.Disks = append([]libvirtxml.DomainDisk{bootDisk(at.disk)}, mediaDisks(at.media)...)
	d.Devices.Disks[0].Serial = driveSerial(g.ID)
	if at.seed != "" {
		d.Devices.Disks = append(d.Devices.Disks, seedDisk(at.seed))
	}
	d.Devices.Interfaces = interfaces(g)
	addDevices(&d, at.serial)
	rank(&d, sources(g))
	bootDirectly(&d, g, at.media)
	return &d
}

// marked writes a domain down with a mark.
func marked(d *libvirtxml.Domain, m mark) (string, error) {
	metadata, err := m.qualified()
	if err != nil {
		return "", err
	}
	if d.Metadata != nil { // what others keep there
		rest, err := withoutMark(d.Metadata.XML)
		if err != nil {
			return "", err
		}
		metadata = rest + metadata
	}
	d.Metadata = &libvirtxml.DomainMetadata{XML: metadata}
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
