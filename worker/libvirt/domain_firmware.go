package libvirt

import (
	"encoding/xml"
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// nvramSuffix ends the name of the volume in which the firmware of a system keeps its variables. It goes with the
// system's disks.
const nvramSuffix = ".nvram"

// setFirmware chooses what the guest starts with. Without a word libvirt takes SeaBIOS; for UEFI it looks among what the
// host has installed (https://libvirt.org/formatdomain.html, "Operating system booting").
func setFirmware(d *libvirtxml.Domain, g hawkfish.Guest, nvram string) {
	if g.Machine.Mode() != schemas.BootSourceOverrideModeUEFI {
		return
	}
	secure := "no"
	d.OS.Firmware = "efi"
	d.OS.FirmwareInfo = &libvirtxml.DomainOSFirmwareInfo{Features: []libvirtxml.DomainOSFirmwareFeature{
		{Name: "secure-boot", Enabled: secure}, {Name: "enrolled-keys", Enabled: secure},
	}}
	d.OS.NVRam = &libvirtxml.DomainNVRam{NVRam: nvram}
}

// firmwareModes asks libvirt which modes guests can boot in (virConnectGetDomainCapabilities).
func firmwareModes(c *conn, p platform) ([]schemas.BootSourceOverrideMode, error) {
	modes := []schemas.BootSourceOverrideMode{schemas.BootSourceOverrideModeLegacy}
	text, err := c.ConnectGetDomainCapabilities(nil, golibvirt.OptString{p.arch}, golibvirt.OptString{p.machine}, golibvirt.OptString{p.domainType}, 0)
	if err != nil {
		return modes, err
	}
	var caps struct {
		Firmware []struct {
			Name   string   `xml:"name,attr"`
			Values []string `xml:"value"`
		} `xml:"os>enum"`
	}
	if err := xml.NewDecoder(strings.NewReader(text)).Decode(&caps); err != nil {
		return modes, err
	}
	for _, enum := range caps.Firmware {
		for _, value := range enum.Values {
			if enum.Name == "firmware" && value == "efi" {
				modes = append(modes, schemas.BootSourceOverrideModeUEFI)
			}
		}
	}
	return modes, nil
}
