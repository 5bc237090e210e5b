package libvirt

import (
	"strings"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

const (
	manufacturer = "HawkFish"
	product      = "Virtual Machine"
)

// sysInfo is the system as its firmware tables (SMBIOS, DSP0134) describe it to the guest: the same as Redfish says of
// the system and its chassis.
func sysInfo(g hawkfish.Guest, p platform) []libvirtxml.DomainSysInfo {
	chassis := entries("manufacturer", manufacturer, "serial", g.ID)
	if g.AssetTag != "" {
		chassis = append(chassis, entries("asset", g.AssetTag)...)
	}
	return []libvirtxml.DomainSysInfo{{SMBIOS: &libvirtxml.DomainSysInfoSMBIOS{
		BIOS:    &libvirtxml.DomainSysInfoBIOS{Entry: entries("vendor", manufacturer, "version", p.firmwareVersion())},
		System:  &libvirtxml.DomainSysInfoSystem{Entry: entries("manufacturer", manufacturer, "product", product, "serial", g.ID, "uuid", g.ID)},
		Chassis: &libvirtxml.DomainSysInfoChassis{Entry: chassis},
	}}}
}

// entries makes entries of names and values that follow each other.
func entries(pairs ...string) []libvirtxml.DomainSysInfoEntry {
	var all []libvirtxml.DomainSysInfoEntry
	for n := 0; n+1 < len(pairs); n += 2 {
		all = append(all, libvirtxml.DomainSysInfoEntry{Name: pairs[n], Value: pairs[n+1]})
	}
	return all
}

// firmwareVersion is QEMU's version, which brings the firmware: "QEMU 7.2.22".
func (p platform) firmwareVersion() string {
	emulator, _, _ := strings.Cut(p.hypervisor, ",")
	return emulator
}

// driveSerial is what a system's disk answers when it is asked for its number: as much of the system's as virtio takes, 20 characters.
func driveSerial(systemID string) string { return strings.ReplaceAll(systemID, "-", "")[:20] }
