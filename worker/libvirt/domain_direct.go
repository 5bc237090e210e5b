package libvirt

import (
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// bootDirectly has a guest started with a kernel of its own (https://libvirt.org/formatdomain.html#direct-kernel-boot), unless an override that
// continues wants another source.
func bootDirectly(d *libvirtxml.Domain, g hawkfish.Guest, media map[hawkfish.MediaSlot]string) {
	o := g.Machine.Boot.Override
	if media[hawkfish.SlotKernel] == "" || o.Active() && o.Enabled == schemas.BootSourceOverrideEnabledContinuous && isDevice(o.Target) {
		return
	}
	d.OS.Kernel, d.OS.Initrd, d.OS.Cmdline = media[hawkfish.SlotKernel], media[hawkfish.SlotInitrd], g.Machine.CommandLine
}

// bootsDirectly reports whether a description has a kernel of its own: QEMU boots it before all else.
func bootsDirectly(d *libvirtxml.Domain) bool { return d.OS.Kernel != "" }

// bootByFirmware takes the kernel out of a description, and leaves the boot to the firmware.
func bootByFirmware(d *libvirtxml.Domain) { d.OS.Kernel, d.OS.Initrd, d.OS.Cmdline = "", "", "" }
