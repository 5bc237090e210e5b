package libvirt

import (
	"slices"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// amend makes an adopted domain what its system is to be, in its own description: what is so already stays as it is written, and
// so does everything that HawkFish has no word for. known are the interfaces that it had when it was last looked at. It reports whether
// there was anything to change.
func amend(d *libvirtxml.Domain, g hawkfish.Guest, at files, known []nicParts) (changed bool, err error) {
	before, err := d.Marshal()
	if err != nil {
		return false, err
	}
	amendCPUs(d, g)
	amendMemory(d, g)
	amendWatchdog(d, g.Machine.Watchdog)
	amendClock(d, g.Machine.LocalTime)
	amendInterfaces(d, g.Machine.NICs, known)
	if err := amendMedia(d, at.media); err != nil {
		return false, err
	}
	amendBoot(d, g)
	after, err := d.Marshal()
	return before != after, err
}

func amendCPUs(d *libvirtxml.Domain, g hawkfish.Guest) {
	switch has := cpusOf(d); {
	case has == g.CPUs:
	case d.VCPU.Current != 0 && uint(g.CPUs) <= d.VCPU.Value: // there is room
		d.VCPU.Current, d.VCPUs = uint(g.CPUs), nil
	default:
		d.VCPU.Value, d.VCPU.Current, d.VCPUs = uint(g.CPUs), 0, nil
		if tune := d.CPUTune; tune != nil { // of processors that are no longer there
			tune.VCPUPin = slices.DeleteFunc(tune.VCPUPin, func(p libvirtxml.DomainCPUTuneVCPUPin) bool { return p.VCPU >= uint(g.CPUs) })
		}
	}
	wanted := g.Machine.Topology
	wanted.Sockets = 0
	switch {
	case topologyOf(d) == wanted && (!hasTopology(d) || laidOut(d.CPU.Topology) == int(d.VCPU.Value)):
		return
	case d.CPU == nil:
		d.CPU = &libvirtxml.DomainCPU{}
	}
	t := hawkfish.TopologyOf(int(d.VCPU.Value), wanted)
	d.CPU.Topology = &libvirtxml.DomainCPUTopology{Sockets: t.Sockets, Cores: t.Cores, Threads: t.Threads}
}

func amendMemory(d *libvirtxml.Domain, g hawkfish.Guest) {
	if memoryOf(d) == g.MemoryMiB {
		return
	}
	d.Memory.Value, d.Memory.Unit = uint(g.MemoryMiB), "MiB"
	d.CurrentMemory = nil
}

func amendWatchdog(d *libvirtxml.Domain, wanted string) {
	all := &d.Devices.Watchdogs
	switch {
	case watchdogOf(d) == wanted:
	case wanted == "":
		*all = nil
	case len(*all) > 0:
		(*all)[0].Action = watchdogActions[wanted]
	default:
		*all = []libvirtxml.DomainWatchdog{{Model: "i6300esb", Action: watchdogActions[wanted]}}
	}
}

func amendClock(d *libvirtxml.Domain, local bool) {
	if localTime(d) == local {
		return
	}
	if d.Clock == nil {
		d.Clock = &libvirtxml.DomainClock{}
	}
	d.Clock.Offset, d.Clock.Basis, d.Clock.Adjustment, d.Clock.TimeZone, d.Clock.Start = "utc", "", "", "", 0
	if local {
		d.Clock.Offset = "localtime"
	}
}

// amendMedia puts files of HawkFish's into a domain's drives, and takes them out. What else is in a drive is not HawkFish's to move.
func amendMedia(d *libvirtxml.Domain, media map[hawkfish.MediaSlot]string) error {
	for _, slot := range hawkfish.MediaSlots {
		file, drive := media[slot], driveOf(*d, slot)
		switch {
		case drive == nil && file == "":
		case drive == nil:
			disk, err := newDrive(d, slot, file)
			if err != nil {
				return err
			}
			d.Devices.Disks = append(d.Devices.Disks, disk)
		case fileOf(*drive) == file:
		case sourceOf(drive.Source) != "" && !isMedium(fileOf(*drive)):
			if file != "" {
				return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "what is in the drive is not HawkFish's; eject it on the host"}
			}
		case slot != hawkfish.SlotCd && file == "":
			d.Devices.Disks = slices.DeleteFunc(d.Devices.Disks, func(x libvirtxml.DomainDisk) bool { return x.Target != nil && x.Target.Dev == drive.Target.Dev })
		case file == "":
			drive.Source = nil
		default:
			drive.Source = fileSource(file)
		}
	}
	return nil
}

// newDrive is a drive that a domain does not have yet.
func newDrive(d *libvirtxml.Domain, slot hawkfish.MediaSlot, file string) (libvirtxml.DomainDisk, error) {
	if slot != hawkfish.SlotCd {
		target := mediaTargets[slot]
		if diskAt(*d, target) != nil {
			return libvirtxml.DomainDisk{}, &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the domain has another disk " + target}
		}
		return stick(target, file), nil
	}
	disk := cdrom(file)
	bus, names := "sata", "sd"
	if sameMachine(d.OS.Type.Machine, "pc") {
		bus, names = "ide", "hd"
	}
	disk.Target.Bus = bus
	for letter := 'a'; letter <= 'd'; letter++ {
		if disk.Target.Dev = names + string(letter); diskAt(*d, disk.Target.Dev) == nil {
			return disk, nil
		}
	}
	return disk, &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the domain has no room for a CD drive"}
}

// amendBoot ranks the devices when the order in which the domain tries them is not the wanted one.
func amendBoot(d *libvirtxml.Domain, g hawkfish.Guest) {
	adopted, boot := g.Machine.Adopted, g.Machine.Boot
	wanted := sources(g)
	if o := boot.Override; boot.Primary == adopted.Boot.Primary && slices.Equal(boot.Order, adopted.Boot.Order) &&
		(!o.Active() || o.Enabled != schemas.BootSourceOverrideEnabledContinuous || !isDevice(o.Target)) {
		wanted = adopted.Sources
	}
	if !slices.Equal(distinct(wanted), distinct(sourcesOf(d))) {
		rank(d, wanted)
	}
}

// distinct lists the devices that sources are, each where it is first.
func distinct(all []schemas.BootSource) []schemas.BootSource {
	var found []schemas.BootSource
	for _, source := range all {
		if source = deviceOf(source); !slices.Contains(found, source) {
			found = append(found, source)
		}
	}
	return found
}
