package libvirt

import (
	"context"
	"slices"
	"strings"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

// mediaTargets names the devices that are a system's drives. Floppies and sticks are removable USB disks, which every
// guest can be given and taken while it runs, and which firmware boots from: QEMU's own floppy controller can do neither
// with a guest that was started without it.
var mediaTargets = map[hawkfish.MediaSlot]string{
	hawkfish.SlotCd: "sda", hawkfish.SlotFloppy: "sdy", hawkfish.SlotUsb: "sdz",
}

// mediaDisks are the drives of a guest. The CD drive is there always, the others with their media.
func mediaDisks(media map[hawkfish.MediaSlot]string) []libvirtxml.DomainDisk {
	disks := []libvirtxml.DomainDisk{cdrom(media[hawkfish.SlotCd])}
	for _, slot := range []hawkfish.MediaSlot{hawkfish.SlotFloppy, hawkfish.SlotUsb} {
		if file := media[slot]; file != "" {
			disks = append(disks, stick(mediaTargets[slot], file))
		}
	}
	return disks
}

// cdrom is a drive with a disc, or an empty one.
func cdrom(file string) libvirtxml.DomainDisk {
	d := libvirtxml.DomainDisk{
		Device:   "cdrom",
		Driver:   &libvirtxml.DomainDiskDriver{Name: "qemu", Type: "raw"},
		Target:   &libvirtxml.DomainDiskTarget{Dev: mediaTargets[hawkfish.SlotCd], Bus: "sata"},
		ReadOnly: &libvirtxml.DomainDiskReadOnly{},
	}
	if file != "" {
		d.Source = fileSource(file)
	}
	return d
}

func stick(target, file string) libvirtxml.DomainDisk {
	return libvirtxml.DomainDisk{
		Device:   "disk",
		Driver:   &libvirtxml.DomainDiskDriver{Name: "qemu", Type: "raw"},
		Source:   fileSource(file),
		Target:   &libvirtxml.DomainDiskTarget{Dev: target, Bus: "usb", Removable: "on"},
		ReadOnly: &libvirtxml.DomainDiskReadOnly{},
	}
}

// isStick reports whether a disk is one that guests are given and taken while they run.
func isStick(d libvirtxml.DomainDisk) bool {
	return d.Target != nil && d.Target.Bus == "usb" && d.Target.Removable == "on"
}

func fileSource(file string) *libvirtxml.DomainDiskSource {
	return &libvirtxml.DomainDiskSource{File: &libvirtxml.DomainDiskSourceFile{File: file}}
}

// fileOf is the file behind a disk; empty: there is none.
func fileOf(d libvirtxml.DomainDisk) string {
	if d.Source == nil || d.Source.File == nil {
		return ""
	}
	return d.Source.File.File
}

// shareMedia keeps the media that a guest is to have from being swept meanwhile.
func (h *Host) shareMedia(ctx context.Context, g hawkfish.Guest) (unlock func(), err error) {
	if len(g.Machine.Media) == 0 {
		return func() {}, nil
	}
	return h.locks.share(ctx, mediaLock)
}

// loaded is what a guest is to have in its drives.
type loaded struct {
	files map[hawkfish.MediaSlot]string
	// For the mark: the ID of the medium in the CD drive, and those that the guest has ejected and is still to have.
	disc, ejected string
}

// takeMedia finds the files of the media that a guest is to have, but for those that it has ejected by itself, which it
// takes out of the guest. What the host has no use for is taken out, too, so that equal definitions look equal.
func (h *Host) takeMedia(c *conn, p pool, rec *record, g hawkfish.Guest) (hawkfish.Guest, loaded, error) {
	m, _ := h.registry.read(rec)
	var still []string
	for _, drive := range g.Machine.Media {
		if drive.Medium != nil && slices.Contains(strings.Fields(m.Ejected), drive.Medium.ID) {
			still = append(still, drive.Medium.ID)
		}
	}
	slices.Sort(still)
	g.Machine = g.Machine.Without(still...)
	with := loaded{files: map[hawkfish.MediaSlot]string{}, ejected: strings.Join(still, " ")}
	for slot, drive := range g.Machine.Media {
		if drive.Inserted() {
			found, err := p.findMedium(c, func(s mediaState) bool { return s.SHA256 == drive.Medium.SHA256 })
			if err != nil {
				return g, with, err
			}
			if found.id == "" {
				return g, with, &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the image is not in the host's cache; insert it again"}
			}
			with.files[slot] = p.path(mediaVolume(found.id))
			if slot == hawkfish.SlotCd {
				with.disc = drive.Medium.ID
			}
		}
		kept := hawkfish.MediaDrive{}
		if drive.Medium != nil {
			kept.Medium = &hawkfish.Medium{ID: drive.Medium.ID, SHA256: drive.Medium.SHA256, Out: drive.Medium.Out}
		}
		g.Machine = g.Machine.WithDrive(slot, kept)
	}
	return g, with, nil
}
