package libvirt

import (
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"
)

// keep takes over what libvirt has chosen for a system's first definition, so that another one moves no device and
// changes no chipset under the feet of what is installed in the guest.
func keep(c *conn, dom golibvirt.Domain, d *libvirtxml.Domain) error {
	old, err := describe(c, dom)
	if err == nil {
		keepFrom(*old, d)
	}
	return err
}

func keepFrom(old libvirtxml.Domain, d *libvirtxml.Domain) {
	if old.OS == nil || old.OS.Type == nil || old.Devices == nil || !sameMachine(old.OS.Type.Machine, d.OS.Type.Machine) {
		return
	}
	d.OS.Type.Machine = old.OS.Type.Machine // "q35" is the newest one; the guest has the one that it was made with
	for _, had := range old.Devices.Controllers {
		if !hasController(d.Devices.Controllers, had) {
			d.Devices.Controllers = append(d.Devices.Controllers, had)
		}
	}
	places := addresses(old.Devices)
	for name, at := range addresses(d.Devices) {
		if had := places[name]; *at == nil && had != nil {
			*at = *had
		}
	}
}

// sameMachine reports whether a machine is a version of another: "pc-q35-7.2" of "q35".
func sameMachine(version, family string) bool {
	return version == family || strings.HasPrefix(version, "pc-"+family+"-") || family == "pc" && strings.HasPrefix(version, "pc-i440fx-")
}

func hasController(all []libvirtxml.DomainController, one libvirtxml.DomainController) bool {
	for _, c := range all {
		if c.Type == one.Type && index(c) == index(one) {
			return true
		}
	}
	return false
}

func index(c libvirtxml.DomainController) uint {
	if c.Index == nil {
		return 0
	}
	return *c.Index
}

// addresses are where the devices of a domain are, by what they are known by. A disk is known by its target, whose letters
// follow its place; where there is one device of a kind, by the kind.
func addresses(all *libvirtxml.DomainDeviceList) map[string]**libvirtxml.DomainAddress {
	at := map[string]**libvirtxml.DomainAddress{}
	for i := range all.Disks {
		if disk := &all.Disks[i]; disk.Target != nil {
			at["disk "+disk.Target.Bus+" "+disk.Target.Dev] = &disk.Address
		}
	}
	for i := range all.Interfaces {
		nic := &all.Interfaces[i]
		if nic.MAC != nil {
			at["interface "+strings.ToLower(nic.MAC.Address)] = &nic.Address
		}
	}
	for i := range all.Videos {
		at["video "+string(rune('0'+i))] = &all.Videos[i].Address
	}
	for i := range all.RNGs {
		at["rng "+string(rune('0'+i))] = &all.RNGs[i].Address
	}
	if all.MemBalloon != nil {
		at["balloon"] = &all.MemBalloon.Address
	}
	return at
}
