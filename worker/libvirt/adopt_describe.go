package libvirt

import (
	"cmp"
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/google/uuid"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

// describeForeign describes a domain that is not HawkFish's: as it is defined, since that is what its system would be.
func (h *Host) describeForeign(c *conn, dom golibvirt.Domain, p platform, projectID string) (hawkfish.Foreign, error) {
	f := hawkfish.Foreign{ID: uuid.UUID(dom.UUID).String(), Name: dom.Name}
	obstacle := func(is bool, why string) {
		if is {
			f.Obstacles = append(f.Obstacles, why)
		}
	}
	persistent, err := c.DomainIsPersistent(dom)
	if err != nil {
		return f, err
	}
	state, reason, err := c.DomainGetState(dom, 0)
	if err != nil {
		return f, err
	}
	f.Power = powerOf(golibvirt.DomainState(state), reason)
	obstacle(persistent == 0, "it is transient: it has no definition, and is gone when it stops")
	if persistent != 0 {
		saved, err := c.DomainHasManagedSaveImage(dom, 0)
		if err != nil {
			return f, err
		}
		obstacle(saved != 0, "its memory is saved, with a description of its own; start it first")
		autostart, err := c.DomainGetAutostart(dom)
		if err != nil {
			return f, err
		}
		f.Autostart = autostart != 0
	}
	text, err := c.DomainGetXMLDesc(dom, golibvirt.DomainXMLInactive)
	if err != nil {
		return f, err
	}
	d, err := parseInspected(text)
	if err != nil {
		return f, err
	}
	obstacle(d.OS.Type.Type != "hvm", "it is no virtual machine but "+d.OS.Type.Type)
	f.CPUs, f.MemoryMiB, f.Machine = cpusOf(&d.Domain), memoryOf(&d.Domain), machineIn(&d.Domain, p)
	obstacle(f.MemoryMiB == 0, "it has less than 1 MiB of memory")
	f.Disks, err = disksOf(c, dom, &d.Domain)
	if err != nil {
		return f, err
	}
	for _, nic := range d.Devices.Interfaces {
		f.Interfaces = append(f.Interfaces, foreignInterface(nic))
	}
	f.Mark, err = adoptedMark(f, projectID).qualified()
	return f, err
}

// adoptedMark is the mark of a system that has been adopted, and nothing else yet.
func adoptedMark(f hawkfish.Foreign, projectID string) mark {
	return mark{Project: projectID, Adopted: f.Name}
}

// disksOf lists a domain's disks, with their sizes (virDomainGetBlockInfo) where libvirt can find them out.
func disksOf(c *conn, dom golibvirt.Domain, d *libvirtxml.Domain) ([]hawkfish.ForeignDisk, error) {
	var all []hawkfish.ForeignDisk
	for _, x := range d.Devices.Disks {
		disk := hawkfish.ForeignDisk{Device: cmp.Or(x.Device, "disk"), Source: sourceOf(x.Source)}
		if x.Target != nil {
			disk.Target, disk.Bus = x.Target.Dev, x.Target.Bus
		}
		if disk.Device == "disk" && disk.Source != "" {
			_, capacity, _, err := c.DomainGetBlockInfo(dom, disk.Target, 0)
			if err != nil && (c.isLost() || isCode(err, golibvirt.ErrNoDomain)) {
				return nil, err
			}
			if err == nil {
				disk.Bytes = int64(capacity)
			}
		}
		all = append(all, disk)
	}
	return all, nil
}

// sourceOf names what is behind a disk, for people.
func sourceOf(s *libvirtxml.DomainDiskSource) string {
	switch {
	case s == nil:
		return ""
	case s.File != nil:
		return s.File.File
	case s.Block != nil:
		return s.Block.Dev
	case s.Volume != nil:
		return s.Volume.Pool + "/" + s.Volume.Volume
	case s.Network != nil:
		return s.Network.Protocol + ":" + s.Network.Name
	case s.Dir != nil:
		return s.Dir.Dir
	}
	return "other"
}

func foreignInterface(x libvirtxml.DomainInterface) hawkfish.ForeignInterface {
	nic := hawkfish.ForeignInterface{Kind: "other", Source: "other"}
	if x.MAC != nil {
		nic.MAC = strings.ToLower(x.MAC.Address)
	}
	if x.Model != nil {
		nic.Model = x.Model.Type
	}
	switch s := x.Source; {
	case s == nil:
	case s.Network != nil:
		nic.Kind, nic.Source = "network", s.Network.Network
	case s.Bridge != nil:
		nic.Kind, nic.Source = "bridge", s.Bridge.Bridge
	case s.Direct != nil:
		nic.Kind, nic.Source = "direct", s.Direct.Dev
	case s.User != nil:
		nic.Kind, nic.Source = "user", "user"
	case s.Ethernet != nil:
		nic.Kind, nic.Source = "ethernet", "ethernet"
	case s.Hostdev != nil:
		nic.Kind, nic.Source = "hostdev", "hostdev"
	}
	return nic
}
