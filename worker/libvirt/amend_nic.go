package libvirt

import (
	"slices"
	"strings"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

// amendInterfaces brings the interfaces of an adopted domain in line with those that its system is to have beside its first
// one. One that nobody knows of is left: its owner has added it since.
func amendInterfaces(d *libvirtxml.Domain, wanted []hawkfish.NIC, known []nicParts) {
	all := &d.Devices.Interfaces
	first := ""
	if len(*all) > 0 {
		first = macOf((*all)[0])
	}
	*all = slices.DeleteFunc(*all, func(nic libvirtxml.DomainInterface) bool {
		mac := macOf(nic)
		return mac != first && slices.ContainsFunc(known, func(k nicParts) bool { return k.MAC == mac }) &&
			!slices.ContainsFunc(wanted, func(w hawkfish.NIC) bool { return w.MAC == mac })
	})
	for _, nic := range wanted {
		at := slices.IndexFunc(*all, func(x libvirtxml.DomainInterface) bool { return macOf(x) == nic.MAC })
		if at < 0 {
			*all = append(*all, nicParts{MAC: nic.MAC, Network: nic.Network, Down: nic.Down}.device())
			continue
		}
		has := &(*all)[at]
		if now := foreignInterface(*has); now.Source != nic.Network {
			has.Source = &libvirtxml.DomainInterfaceSource{Network: &libvirtxml.DomainInterfaceSourceNetwork{Network: nic.Network}}
		}
		if isDown(*has) != nic.Down {
			has.Link = nil
			if nic.Down {
				has.Link = &libvirtxml.DomainInterfaceLink{State: "down"}
			}
		}
	}
}

func macOf(nic libvirtxml.DomainInterface) string {
	if nic.MAC == nil {
		return ""
	}
	return strings.ToLower(nic.MAC.Address)
}

func isDown(nic libvirtxml.DomainInterface) bool { return nic.Link != nil && nic.Link.State == "down" }

// nicsIn are a domain's interfaces beside its first one.
func nicsIn(d *libvirtxml.Domain) []hawkfish.NIC {
	var all []hawkfish.NIC
	for n, nic := range d.Devices.Interfaces {
		if n > 0 {
			all = append(all, hawkfish.NIC{MAC: macOf(nic), Network: foreignInterface(nic).Source, Down: isDown(nic)})
		}
	}
	return all
}
