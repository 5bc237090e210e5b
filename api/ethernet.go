package api

import (
	"net"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// ethernetView is a system's network interface (DSP0268, EthernetInterface). How fast it is nobody says: virtio has no speed.
type ethernetView struct {
	ID               string             `json:"Id"`
	Name             string             `json:"Name"`
	MACAddress       string             `json:"MACAddress"`
	PermanentMAC     string             `json:"PermanentMACAddress"`
	InterfaceEnabled bool               `json:"InterfaceEnabled"`
	LinkStatus       schemas.LinkStatus `json:"LinkStatus"`
	SpeedMbps        *int               `json:"SpeedMbps"`
	MTUSize          int                `json:"MTUSize,omitempty"`
	HostName         string             `json:"HostName,omitempty"`
	IPv4Addresses    []ipv4View         `json:"IPv4Addresses"`
	IPv6Addresses    []ipv6View         `json:"IPv6Addresses"`
	Status           status             `json:"Status"`
	Links            ethernetLinks      `json:"Links"`
}

type ipv4View struct {
	Address       string                     `json:"Address"`
	SubnetMask    string                     `json:"SubnetMask"`
	AddressOrigin *schemas.IPv4AddressOrigin `json:"AddressOrigin"` // null: the guest does not say
	Gateway       *string                    `json:"Gateway"`       // nobody says
}

type ipv6View struct {
	Address       string                     `json:"Address"`
	PrefixLength  int                        `json:"PrefixLength"`
	AddressOrigin *schemas.IPv6AddressOrigin `json:"AddressOrigin"`
}

type ethernetLinks struct {
	Chassis                *redfish.Link  `json:"Chassis,omitempty"`
	NetworkDeviceFunctions []redfish.Link `json:"NetworkDeviceFunctions"`
}

func ethernetInterfaces(c *control.Control) []redfish.Resource {
	return parts[ethernetView, hawkfish.Interface]{
		Type: schemas.TypeEthernetInterface, Collection: schemas.TypeEthernetInterfaceCollection, Title: "Ethernet Interfaces",
		Path: "/redfish/v1/Systems/{id}/EthernetInterfaces", Vars: []string{"interface"},
		List: listInterfaces, Key: interfaceID, Show: showEthernet,
		Create: addEthernet(c), Delete: removeEthernet(c),
	}.resources(c)
}

func listInterfaces(s stock) []hawkfish.Interface { return s.has.Interfaces }

// interfaceID is the MAC address without its colons: it stays whatever else comes and goes.
func interfaceID(nic hawkfish.Interface) string { return strings.ReplaceAll(nic.MAC, ":", "") }

// linkOf says whether a guest's interface has a link.
func linkOf(s stock, nic hawkfish.Interface) schemas.LinkStatus {
	switch {
	case !hawkfish.IsOn(s.Power):
		return schemas.LinkStatusNoLink
	case nic.Down:
		return schemas.LinkStatusLinkDown
	}
	return schemas.LinkStatusLinkUp
}

func showEthernet(to redfish.Links, s stock, nic hawkfish.Interface) ethernetView {
	id := interfaceID(nic)
	v := ethernetView{
		ID: id, Name: "Ethernet interface " + nic.MAC, MACAddress: nic.MAC, PermanentMAC: nic.MAC,
		InterfaceEnabled: !nic.Down, LinkStatus: linkOf(s, nic), MTUSize: nic.MTU, HostName: s.has.Guest.HostName,
		IPv4Addresses: []ipv4View{}, IPv6Addresses: []ipv6View{}, Status: working,
		Links: ethernetLinks{
			Chassis: to.To("Chassis", s.ID), NetworkDeviceFunctions: []redfish.Link{*to.To("NetworkDeviceFunction", s.ID+"/"+id+"/"+onlyFunction)},
		},
	}
	for _, a := range nic.Addresses {
		if a.Prefix.Addr().Is4() {
			v.IPv4Addresses = append(v.IPv4Addresses, showIPv4(a))
			continue
		}
		v.IPv6Addresses = append(v.IPv6Addresses, showIPv6(a))
	}
	return v
}

func showIPv4(a hawkfish.InterfaceAddress) ipv4View {
	v := ipv4View{Address: a.Prefix.Addr().String(), SubnetMask: net.IP(net.CIDRMask(a.Prefix.Bits(), 32)).String()}
	switch {
	case a.Leased:
		v.AddressOrigin = new(schemas.IPv4AddressOriginDHCP)
	case a.Prefix.Addr().IsLinkLocalUnicast():
		v.AddressOrigin = new(schemas.IPv4AddressOriginIPv4LinkLocal)
	}
	return v
}

func showIPv6(a hawkfish.InterfaceAddress) ipv6View {
	v := ipv6View{Address: a.Prefix.Addr().String(), PrefixLength: a.Prefix.Bits()}
	switch {
	case a.Leased:
		v.AddressOrigin = new(schemas.IPv6AddressOriginDHCPv6)
	case a.Prefix.Addr().IsLinkLocalUnicast():
		v.AddressOrigin = new(schemas.IPv6AddressOriginLinkLocal)
	}
	return v
}
