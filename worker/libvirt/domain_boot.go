package libvirt

import (
	"slices"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// device is something that a domain can boot from.
type device struct {
	alias schemas.BootSource
	boot  **libvirtxml.DomainDeviceBoot
}

// bootable lists what a domain can boot from, in the order of its description.
func bootable(d *libvirtxml.Domain) []device {
	var all []device
	for i := range d.Devices.Disks {
		disk := &d.Devices.Disks[i]
		if isSeed(*disk) {
			continue
		}
		all = append(all, device{aliasOf(*disk), &disk.Boot})
	}
	for i := range d.Devices.Interfaces[:min(1, len(d.Devices.Interfaces))] { // the others may come and go, and move nothing
		all = append(all, device{schemas.BootSourcePxe, &d.Devices.Interfaces[i].Boot})
	}
	return all
}

func aliasOf(disk libvirtxml.DomainDisk) schemas.BootSource {
	switch {
	case disk.Device == "cdrom":
		return schemas.BootSourceCd
	case isStick(disk) && disk.Target.Dev == mediaTargets[hawkfish.SlotFloppy]:
		return schemas.BootSourceFloppy
	case isStick(disk):
		return schemas.BootSourceUsb
	}
	return schemas.BootSourceHdd
}

// rank gives the devices of a domain their places in the order of booting. What no source names is not tried.
func rank(d *libvirtxml.Domain, order []schemas.BootSource) {
	devices := bootable(d)
	for _, one := range devices {
		*one.boot = nil
	}
	d.OS.BootDevices = nil // kinds of devices and places of devices exclude each other
	place := uint(0)
	ranked := map[schemas.BootSource]bool{}
	for _, source := range order {
		if comesAndGoes(source) && !ranked[source] && !slices.ContainsFunc(devices, func(one device) bool { return one.alias == source }) {
			place++ // it is kept free, so that a guest that runs can be given the device, and no other moves
		}
		ranked[source] = true
		for _, one := range devices {
			if one.alias == deviceOf(source) && *one.boot == nil {
				place++
				*one.boot = &libvirtxml.DomainDeviceBoot{Order: place}
			}
		}
	}
	for _, boot := range passedThrough(d) { // their places may be taken now
		if *boot != nil {
			place++
			*boot = &libvirtxml.DomainDeviceBoot{Order: place}
		}
	}
}

// passedThrough are the places of devices that no source names.
func passedThrough(d *libvirtxml.Domain) []**libvirtxml.DomainDeviceBoot {
	var all []**libvirtxml.DomainDeviceBoot
	for i := range d.Devices.Interfaces {
		if i > 0 {
			all = append(all, &d.Devices.Interfaces[i].Boot)
		}
	}
	for i := range d.Devices.Hostdevs {
		all = append(all, &d.Devices.Hostdevs[i].Boot)
	}
	for i := range d.Devices.RedirDevs {
		all = append(all, &d.Devices.RedirDevs[i].Boot)
	}
	return all
}

// comesAndGoes reports whether a source's device is there only together with its medium.
func comesAndGoes(source schemas.BootSource) bool {
	return source == schemas.BootSourceUsb || source == schemas.BootSourceFloppy
}

// deviceOf names the devices that a source is. OVMF tries all that an interface can do where its place is.
func deviceOf(source schemas.BootSource) schemas.BootSource {
	if source == schemas.BootSourceUefiHttp {
		return schemas.BootSourcePxe
	}
	return source
}

// sources is where a guest looks for a system to boot, when nothing but an override that continues changes it.
func sources(g hawkfish.Guest) []schemas.BootSource {
	var order []schemas.BootSource
	for _, o := range g.BootOrder() {
		order = append(order, o.Alias)
	}
	if o := g.Machine.Boot.Override; o.Active() && o.Enabled == schemas.BootSourceOverrideEnabledContinuous && isDevice(o.Target) {
		order = first(o.Target, order)
	}
	return order
}

// first puts a source before all others, which are tried when it has no system: as a server's firmware does.
func first(source schemas.BootSource, order []schemas.BootSource) []schemas.BootSource {
	return slices.Concat([]schemas.BootSource{source}, order)
}

// firstOf is first for a domain that has been ranked.
func firstOf(d *libvirtxml.Domain, source schemas.BootSource) {
	rank(d, first(source, sourcesOf(d)))
}

// openMenu makes SeaBIOS wait for somebody who chooses from its boot menu: it has no setup that it could enter by itself.
func openMenu(d *libvirtxml.Domain) {
	d.OS.BootMenu = &libvirtxml.DomainBootMenu{Enable: "yes", Timeout: "60000"}
}

// isDevice reports whether a target is a device that has a rank.
func isDevice(target schemas.BootSource) bool {
	switch target {
	case schemas.BootSourceHdd, schemas.BootSourceCd, schemas.BootSourceUsb, schemas.BootSourceFloppy, schemas.BootSourcePxe:
		return true
	}
	return false
}
