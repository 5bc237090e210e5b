package libvirt

import (
	"encoding/xml"
	"slices"
	"strconv"
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
	secure, enrolled := g.Machine.SecureBoot, g.Machine.SecureBoot && !g.Machine.SecureBootKeys.None
	d.OS.Firmware = "efi"
	d.OS.FirmwareInfo = &libvirtxml.DomainOSFirmwareInfo{Features: []libvirtxml.DomainOSFirmwareFeature{
		{Name: "secure-boot", Enabled: yesNo(secure)}, {Name: "enrolled-keys", Enabled: yesNo(enrolled)},
	}}
	d.OS.NVRam = &libvirtxml.DomainNVRam{NVRam: nvram}
	if secure { // the firmware keeps the operating system from its variables by system management mode
		d.Features.SMM = &libvirtxml.DomainFeatureSMM{State: "on"}
		d.OS.Loader = &libvirtxml.DomainLoader{Secure: "yes"}
	}
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// nvramOf names the volume in which a system's firmware keeps its variables. Without Secure Boot it has others than with it, and
// fresh ones when the keys were reset, which are among the variables. What is not used any more goes with the system's disks.
func nvramOf(g hawkfish.Guest) string {
	m := g.Machine
	if !m.SecureBoot {
		return g.ID + nvramSuffix
	}
	kind := ".secure"
	if m.SecureBootKeys.None {
		kind = ".setup"
	}
	return g.ID + kind + strconv.FormatInt(m.SecureBootKeys.Resets, 10) + nvramSuffix
}

// domainCapabilities are what of a host's domain capabilities is asked for (https://libvirt.org/formatdomaincaps.html).
type domainCapabilities struct {
	Firmware []capability `xml:"os>enum"`
	Loader   []capability `xml:"os>loader>enum"`
	TPM      struct {
		Supported string       `xml:"supported,attr"`
		Enums     []capability `xml:"enum"`
	} `xml:"devices>tpm"`
}

type capability struct {
	Name   string   `xml:"name,attr"`
	Values []string `xml:"value"`
}

// has reports whether one of the capabilities of a name has a value.
func has(all []capability, name, value string) bool {
	return slices.ContainsFunc(all, func(c capability) bool { return c.Name == name && slices.Contains(c.Values, value) })
}

// offers asks libvirt what firmware guests can have, and what goes with it (virConnectGetDomainCapabilities).
func offers(c *conn, p platform, facts *hawkfish.HostFacts) error {
	facts.Firmware = []schemas.BootSourceOverrideMode{schemas.BootSourceOverrideModeLegacy}
	text, err := c.ConnectGetDomainCapabilities(nil, golibvirt.OptString{p.arch}, golibvirt.OptString{p.machine}, golibvirt.OptString{p.domainType}, 0)
	if err != nil {
		return err
	}
	var caps domainCapabilities
	if err := xml.NewDecoder(strings.NewReader(text)).Decode(&caps); err != nil {
		return err
	}
	if has(caps.Firmware, "firmware", "efi") {
		facts.Firmware = append(facts.Firmware, schemas.BootSourceOverrideModeUEFI)
		facts.SecureBoot = p.machine == "q35" && has(caps.Loader, "secure", "yes") // a pc has no system management mode
	}
	facts.TPM = caps.TPM.Supported == "yes" && has(caps.TPM.Enums, "backendModel", "emulator")
	return nil
}
