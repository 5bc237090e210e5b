package libvirt

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Inspect says what the system has: of a guest that runs, what it was started with (virDomainGetXMLDesc), the
// addresses that it has been given (virNetworkGetDHCPLeases), and what its agent says; else what it will be started with.
func (h *Host) Inspect(ctx context.Context, systemID string) (hawkfish.Inventory, error) {
	id, err := parseID(systemID)
	if err != nil {
		return hawkfish.Inventory{}, err
	}
	p, err := h.getPlatform(ctx)
	if err != nil {
		return hawkfish.Inventory{}, err
	}
	i, err := ask(ctx, h, func(c *conn) (hawkfish.Inventory, error) {
		g, err := h.look(c, id)
		if err != nil {
			return hawkfish.Inventory{}, err
		}
		text, err := c.DomainGetXMLDesc(g.Domain, 0)
		if err != nil {
			return hawkfish.Inventory{}, err
		}
		d, err := parseInspected(text)
		if err != nil {
			return hawkfish.Inventory{}, err
		}
		i := d.inventory(p)
		i.SystemID, i.At = g.SystemID, g.At
		if err := h.measure(c, d, i.Drives); err != nil {
			return i, err
		}
		if g.Power != schemas.PowerStateOn {
			return i, nil
		}
		return i, h.listen(c, g.Domain, d, &i)
	})
	return about(systemID, i, err)
}

// inspected is a domain's description, in both ways that it is read.
type inspected struct {
	libvirtxml.Domain
	raw rawDomain
}

func parseInspected(text string) (inspected, error) {
	var d inspected
	if err := d.Unmarshal(text); err != nil {
		return d, fmt.Errorf("a domain's description: %w", err)
	}
	if err := xml.Unmarshal([]byte(text), &d.raw); err != nil {
		return d, fmt.Errorf("a domain's devices: %w", err)
	}
	if d.OS == nil || d.OS.Type == nil || d.VCPU == nil || d.Memory == nil || d.Devices == nil {
		return d, fmt.Errorf("a domain's description lacks what every domain has")
	}
	return d, nil
}

// inventory is what a description tells by itself.
func (d inspected) inventory(p platform) hawkfish.Inventory {
	i := hawkfish.Inventory{
		Guest:      hawkfish.GuestFacts{Firmware: d.firmware(), CPUModel: d.cpuModel(p)},
		Processors: d.processors(),
		Memory:     hawkfish.MemoryFacts{TotalMiB: d.memoryMiB(), ModuleMiB: moduleMiB(d.OS.Type.Machine)},
		Devices:    d.raw.pciDevices(),
	}
	i.Guest.Sockets = i.Processors.Sockets
	for _, device := range i.Devices {
		i.Guest.PCI = append(i.Guest.PCI, device.Address)
	}
	for _, nic := range d.Devices.Interfaces {
		i.Interfaces = append(i.Interfaces, describeInterface(nic))
	}
	for _, disk := range d.Devices.Disks {
		if drive, ok := d.describeDrive(disk); ok {
			i.Drives = append(i.Drives, drive)
		}
	}
	return i
}

func (d inspected) processors() hawkfish.ProcessorFacts {
	f := hawkfish.ProcessorFacts{
		Arch: d.OS.Type.Arch, Sockets: int(d.VCPU.Value), Cores: 1, Threads: 1,
		Online: int(cmp.Or(d.VCPU.Current, d.VCPU.Value)),
	}
	if d.CPU != nil && d.CPU.Topology != nil {
		t := d.CPU.Topology
		f.Cores, f.Threads = max(1, t.Cores), max(1, t.Threads)
		per := f.Cores * f.Threads
		f.Sockets = (f.Online + per - 1) / per // the others are empty: room to grow
	}
	return f
}

func (d inspected) cpuModel(p platform) string {
	if d.CPU != nil && d.CPU.Model != nil && d.CPU.Model.Value != "" {
		return d.CPU.Model.Value
	}
	return p.cpuModel // it is passed through
}

func (d inspected) firmware() string {
	for _, info := range d.SysInfo {
		if info.SMBIOS == nil || info.SMBIOS.BIOS == nil {
			continue
		}
		for _, e := range info.SMBIOS.BIOS.Entry {
			if e.Name == "version" {
				return e.Value
			}
		}
	}
	return ""
}

// kibs are the units in which libvirt counts memory (virScaleInteger), in KiB.
var kibs = map[string]int64{"": 1, "KiB": 1, "k": 1, "MiB": 1 << 10, "M": 1 << 10, "GiB": 1 << 20, "G": 1 << 20}

func (d inspected) memoryMiB() int64 { return int64(d.Memory.Value) * kibs[d.Memory.Unit] >> 10 }

// moduleMiB is how large the memory modules are that QEMU shows in its SMBIOS tables: 16 GiB, up to version 9.0 of its machines.
func moduleMiB(machine string) int64 {
	var major, minor int
	for _, prefix := range []string{"pc-q35-", "pc-i440fx-"} {
		if n, _ := fmt.Sscanf(machine, prefix+"%d.%d", &major, &minor); n == 2 {
			break
		}
	}
	if major > 9 || major == 9 && minor > 0 {
		return 2047 << 20
	}
	return 16 << 10
}

func describeInterface(x libvirtxml.DomainInterface) hawkfish.Interface {
	var nic hawkfish.Interface
	if x.MAC != nil {
		nic.MAC = x.MAC.Address
	}
	if x.Model != nil {
		nic.Model = x.Model.Type
	}
	if x.Source != nil && x.Source.Network != nil {
		nic.Network = x.Source.Network.Network
	}
	if x.MTU != nil {
		nic.MTU = int(x.MTU.Size)
	}
	nic.Down = x.Link != nil && x.Link.State == "down"
	nic.PCI = pciAddress(x.Address)
	return nic
}

// describeDrive describes a fixed disk; false: it is none. What USB and floppy drives hold is media.
func (d inspected) describeDrive(x libvirtxml.DomainDisk) (hawkfish.Drive, bool) {
	if x.Device != "disk" && x.Device != "" || x.Target == nil || x.Target.Bus == "usb" || x.Target.Bus == "fdc" {
		return hawkfish.Drive{}, false
	}
	drive := hawkfish.Drive{Name: x.Target.Dev, Bus: x.Target.Bus, Serial: x.Serial, ReadOnly: x.ReadOnly != nil}
	if drive.PCI = pciAddress(x.Address); drive.PCI != "" || x.Address == nil || x.Address.Drive == nil || x.Address.Drive.Controller == nil {
		return drive, true
	}
	for _, c := range d.Devices.Controllers {
		if c.Type == drive.Bus && c.Index != nil && *c.Index == *x.Address.Drive.Controller {
			drive.PCI = pciAddress(c.Address)
		}
	}
	return drive, true
}

// measure asks how large drives are (virStorageVolGetInfo). Of one that is in no pool it is not known.
func (h *Host) measure(c *conn, d inspected, drives []hawkfish.Drive) error {
	for _, disk := range d.Devices.Disks {
		if disk.Source == nil || disk.Source.File == nil || disk.Target == nil {
			continue
		}
		for n := range drives {
			if drives[n].Name != disk.Target.Dev {
				continue
			}
			vol, err := c.StorageVolLookupByPath(disk.Source.File.File)
			if err == nil {
				var capacity uint64
				if _, capacity, _, err = c.StorageVolGetInfo(vol); err == nil {
					drives[n].Bytes = int64(capacity)
				}
			}
			if err != nil && c.isLost() {
				return err
			}
			if err != nil && !isCode(err, golibvirt.ErrNoStorageVol) {
				h.log.Debug("a drive's size is not known", "system", d.UUID, "drive", drives[n].Name, "error", err)
			}
		}
	}
	return nil
}
