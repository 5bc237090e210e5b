package libvirt

import (
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// bootDisk is virtio, which SeaBIOS and every current system can boot from. A
// disk that fails or is full stops the guest, which then loses nothing; to hand
// the error on would make most guests remount read-only.
func bootDisk(path string) libvirtxml.DomainDisk {
	return libvirtxml.DomainDisk{
		Device: "disk",
		Driver: &libvirtxml.DomainDiskDriver{Name: "qemu", Type: "qcow2", ErrorPolicy: "stop", Discard: "unmap"},
		Source: &libvirtxml.DomainDiskSource{File: &libvirtxml.DomainDiskSourceFile{File: path}},
		Target: &libvirtxml.DomainDiskTarget{Dev: "vda", Bus: "virtio"},
	}
}

func interfaces(g hawkfish.Guest) []libvirtxml.DomainInterface {
	var all []libvirtxml.DomainInterface
	for _, nic := range g.NICs() {
		device := nicParts{MAC: nic.MAC, Network: nic.Network, Down: nic.Down}.device()
		if g.Machine.Mode() == schemas.BootSourceOverrideModeUEFI {
			device.ROM = &libvirtxml.DomainROM{Enabled: "no"} // OVMF has a driver of its own, which also boots from HTTP; iPXE would be in its way
		}
		all = append(all, device)
	}
	return all
}

// addDevices gives a guest what it has whatever it is for.
func addDevices(d *libvirtxml.Domain, serialLog string) {
	port := uint(0)
	d.Devices.Serials = []libvirtxml.DomainSerial{{
		Source: &libvirtxml.DomainChardevSource{Pty: &libvirtxml.DomainChardevSourcePty{}},
		// Emptied at each start from off: that is what SerialOutput promises.
		Log:    &libvirtxml.DomainChardevLog{File: serialLog, Append: "off"},
		Target: &libvirtxml.DomainSerialTarget{Type: "isa-serial", Port: &port},
	}}
	d.Devices.Channels = []libvirtxml.DomainChannel{{
		Source: &libvirtxml.DomainChardevSource{UNIX: &libvirtxml.DomainChardevSourceUNIX{Mode: "bind"}},
		Target: &libvirtxml.DomainChannelTarget{VirtIO: &libvirtxml.DomainChannelTargetVirtIO{Name: "org.qemu.guest_agent.0"}},
	}}
	d.Devices.Graphics = []libvirtxml.DomainGraphic{{VNC: &libvirtxml.DomainGraphicVNC{
		Port: -1, AutoPort: "yes",
		Listeners: []libvirtxml.DomainGraphicListener{{Address: &libvirtxml.DomainGraphicListenerAddress{Address: "127.0.0.1"}}},
	}}}
	d.Devices.Videos = []libvirtxml.DomainVideo{{Model: libvirtxml.DomainVideoModel{Type: "vga", Heads: 1}}}
	d.Devices.MemBalloon = &libvirtxml.DomainMemBalloon{Model: "virtio"}
	d.Devices.RNGs = []libvirtxml.DomainRNG{{
		Model:   "virtio",
		Backend: &libvirtxml.DomainRNGBackend{Random: &libvirtxml.DomainRNGBackendRandom{Device: "/dev/urandom"}},
	}}
}
