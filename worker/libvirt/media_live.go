package libvirt

import (
	"context"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

// matchMedia gives a guest that runs the media that its definition has. A tray that the guest has locked is opened by
// force, as a BMC does.
func (h *Host) matchMedia(ctx context.Context, systemID string) error {
	_, err := h.withGuest(ctx, systemID, func(g guest) (hawkfish.Observation, error) {
		if !g.isOn() {
			return g.Observation, nil
		}
		if err := g.saving.take(g.c); err != nil {
			return g.Observation, err
		}
		defer g.saving.give()
		wanted, err := describeDomain(g.c, g.Domain, golibvirt.DomainXMLInactive)
		if err != nil {
			return g.Observation, err
		}
		has, err := describeDomain(g.c, g.Domain, 0)
		if err != nil {
			return g.Observation, err
		}
		for _, slot := range hawkfish.MediaSlots {
			if err := g.match(&has, driveOf(has, slot), driveOf(wanted, slot)); err != nil {
				return g.Observation, err
			}
		}
		return g.Observation, nil
	})
	return err
}

// match makes one drive of a guest that runs what it is to be; nil: it is not there.
func (g guest) match(running *libvirtxml.Domain, has, wanted *libvirtxml.DomainDisk) error {
	switch {
	case has != nil && wanted != nil && fileOf(*has) == fileOf(*wanted):
		return nil
	case (has == nil || !isMedium(fileOf(*has))) && (wanted == nil || !isMedium(fileOf(*wanted))):
		return nil // what others put there and take out is theirs
	case has != nil && has.Device == "cdrom":
		file := ""
		if wanted != nil {
			file = fileOf(*wanted)
		}
		return g.changeDisc(*has, file, golibvirt.DomainDeviceModifyLive)
	}
	if has != nil {
		if err := g.detach(*has); err != nil {
			return err
		}
	}
	if wanted == nil || fileOf(*wanted) == "" {
		return nil
	}
	disk := stick(wanted.Target.Dev, fileOf(*wanted)) // where it is plugged in is libvirt's to say
	disk.Boot = wanted.Boot
	for _, one := range bootable(running) {
		if b := *one.boot; b != nil && disk.Boot != nil && b.Order == disk.Boot.Order {
			disk.Boot = nil // the order has changed since the guest was started, and comes with its next boot
		}
	}
	doc, err := disk.Marshal()
	if err != nil {
		return err
	}
	return g.c.DomainAttachDeviceFlags(g.Domain, doc, uint32(golibvirt.DomainDeviceModifyLive))
}

// changeDisc puts another file into a CD drive (virDomainUpdateDeviceFlags); an empty name: none.
func (g guest) changeDisc(drive libvirtxml.DomainDisk, file string, where golibvirt.DomainDeviceModifyFlags) error {
	drive.Source, drive.BackingStore = nil, nil
	if file != "" {
		drive.Source = fileSource(file)
	}
	doc, err := drive.Marshal()
	if err != nil {
		return err
	}
	return g.c.DomainUpdateDeviceFlags(g.Domain, doc, where|golibvirt.DomainDeviceModifyForce)
}

// detach unplugs a stick. libvirt returns when QEMU has been told; a USB disk goes at once then, and one that does not is
// an attempt to be repeated.
func (g guest) detach(disk libvirtxml.DomainDisk) error {
	doc, err := disk.Marshal()
	if err != nil {
		return err
	}
	if err := g.c.DomainDetachDeviceFlags(g.Domain, doc, uint32(golibvirt.DomainDeviceModifyLive)); err != nil {
		return err
	}
	now, err := describeDomain(g.c, g.Domain, 0)
	if err == nil && diskAt(now, disk.Target.Dev) != nil {
		err = &hawkfish.Error{Kind: hawkfish.Unavailable, Message: "the guest still has the medium that it is to lose"}
	}
	return err
}

// driveOf is what a domain has as a slot: of an adopted domain its first CD drive, wherever that is; nil: it has none.
func driveOf(x libvirtxml.Domain, slot hawkfish.MediaSlot) *libvirtxml.DomainDisk {
	for i, d := range x.Devices.Disks {
		is := isStick(d) && d.Target.Dev == mediaTargets[slot]
		if slot == hawkfish.SlotCd {
			is = d.Device == "cdrom" && d.Target != nil
		}
		if is {
			return &x.Devices.Disks[i]
		}
	}
	return nil
}

func diskAt(x libvirtxml.Domain, target string) *libvirtxml.DomainDisk {
	for i, d := range x.Devices.Disks {
		if d.Target != nil && d.Target.Dev == target {
			return &x.Devices.Disks[i]
		}
	}
	return nil
}

// noteEjection looks whether the guest has put out its disc by itself. The drive is then emptied, so that the guest does
// not draw it in again unseen, and the mark keeps the medium's ID until the system is to have it no more.
func (h *Host) noteEjection(g guest) error {
	if m, _ := h.registry.read(g.record); m.Disc == "" || !g.isOn() {
		return nil
	}
	if err := g.saving.take(g.c); err != nil { // no change of ours is under way from here on
		return err
	}
	ejected, err := h.emptyOpenTray(g)
	g.saving.give()
	if err != nil || !ejected {
		return err
	}
	return h.save(g.c, g.Domain, g.record)
}

func (h *Host) emptyOpenTray(g guest) (ejected bool, err error) {
	m, _ := h.registry.read(g.record)
	has, err := describeDomain(g.c, g.Domain, 0)
	if err != nil {
		return false, err
	}
	drive := driveOf(has, hawkfish.SlotCd)
	if m.Disc == "" || drive == nil || fileOf(*drive) == "" || drive.Target.Tray != "open" {
		return false, nil
	}
	if err := g.changeDisc(*drive, "", golibvirt.DomainDeviceModifyLive|golibvirt.DomainDeviceModifyConfig); err != nil {
		return false, err
	}
	h.registry.change(g.record, func(m *mark) {
		m.Ejected, m.Disc, m.Made = joined(m.Ejected, m.Disc), "", ""
	})
	return true, nil
}

func joined(list, one string) string {
	if list == "" {
		return one
	}
	return list + " " + one
}
