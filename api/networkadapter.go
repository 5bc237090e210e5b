package api

import (
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// networkInterfaceView is how a system sees a network adapter (DSP0268, NetworkInterface).
type networkInterfaceView struct {
	ID              string               `json:"Id"`
	Name            string               `json:"Name"`
	Status          status               `json:"Status"`
	Ports           *redfish.Link        `json:"Ports"`
	DeviceFunctions *redfish.Link        `json:"NetworkDeviceFunctions"`
	Links           networkInterfaceLink `json:"Links"`
}

type networkInterfaceLink struct {
	NetworkAdapter *redfish.Link `json:"NetworkAdapter"`
}

// networkAdapterView is an adapter in a system's chassis (DSP0268, NetworkAdapter): it has one port and one function.
type networkAdapterView struct {
	ID              string        `json:"Id"`
	Name            string        `json:"Name"`
	Manufacturer    string        `json:"Manufacturer"`
	Model           string        `json:"Model"`
	Status          status        `json:"Status"`
	Ports           *redfish.Link `json:"Ports"`
	DeviceFunctions *redfish.Link `json:"NetworkDeviceFunctions"`
}

// portView is the adapter's end of the cable (DSP0268, Port).
type portView struct {
	ID           string                        `json:"Id"`
	Name         string                        `json:"Name"`
	PortID       string                        `json:"PortId"`
	PortProtocol schemas.Protocol              `json:"PortProtocol"`
	Technology   schemas.LinkNetworkTechnology `json:"LinkNetworkTechnology"`
	LinkState    schemas.LinkState             `json:"LinkState"`
	LinkStatus   schemas.PortLinkStatus        `json:"LinkStatus"`
	Ethernet     portEthernet                  `json:"Ethernet"`
	Status       status                        `json:"Status"`
}

type portEthernet struct {
	MACs []string `json:"AssociatedMACAddresses"`
}

// deviceFunctionView is what the system's interface is a part of (DSP0268, NetworkDeviceFunction).
type deviceFunctionView struct {
	ID         string              `json:"Id"`
	Name       string              `json:"Name"`
	NetDevType string              `json:"NetDevFuncType"`
	Ethernet   functionEthernet    `json:"Ethernet"`
	Assignable []redfish.Link      `json:"AssignablePhysicalNetworkPorts"`
	Status     status              `json:"Status"`
	Links      deviceFunctionLinks `json:"Links"`
	DeviceIsOn bool                `json:"DeviceEnabled"`
}

type functionEthernet struct {
	MACAddress   string `json:"MACAddress"`
	PermanentMAC string `json:"PermanentMACAddress"`
	MTUSize      int    `json:"MTUSize,omitempty"`
}

type deviceFunctionLinks struct {
	EthernetInterfaces []redfish.Link `json:"EthernetInterfaces"`
	PCIeFunction       *redfish.Link  `json:"PCIeFunction,omitempty"`
}

// onlyPort and onlyFunction are the Ids of what an adapter has one of.
const onlyPort, onlyFunction = "1", "1"

const adaptersPath = "/redfish/v1/Chassis/{id}/NetworkAdapters"

func networkInterfaces(c *control.Control) []redfish.Resource {
	adapters := func(s stock) []string { return redfish.Keys(s.has.Interfaces, interfaceID) }
	return slices.Concat(
		parts[networkInterfaceView, hawkfish.Interface]{
			Type: schemas.TypeNetworkInterface, Collection: schemas.TypeNetworkInterfaceCollection, Title: "Network Interfaces",
			Path: "/redfish/v1/Systems/{id}/NetworkInterfaces", Vars: []string{"interface"},
			List: listInterfaces, Key: interfaceID, Show: showNetworkInterface,
		}.resources(c),
		parts[networkAdapterView, hawkfish.Interface]{
			Type: schemas.TypeNetworkAdapter, Collection: schemas.TypeNetworkAdapterCollection, Title: "Network Adapters",
			Path: adaptersPath, Vars: []string{"adapter"}, List: listInterfaces, Key: interfaceID, Show: showAdapter,
		}.resources(c),
		parts[portView, hawkfish.Interface]{
			Type: schemas.TypePort, Collection: schemas.TypePortCollection, Title: "Ports",
			Path: adaptersPath + "/{adapter}/Ports", Vars: []string{"adapter", "port"}, Within: adapters, List: listInterfaces,
			Key: func(nic hawkfish.Interface) string { return interfaceID(nic) + "/" + onlyPort }, Show: showPort,
		}.resources(c),
		parts[deviceFunctionView, hawkfish.Interface]{
			Type: schemas.TypeNetworkDeviceFunction, Collection: schemas.TypeNetworkDeviceFunctionCollection, Title: "Network Device Functions",
			Path: adaptersPath + "/{adapter}/NetworkDeviceFunctions", Vars: []string{"adapter", "function"}, Within: adapters, List: listInterfaces,
			Key: func(nic hawkfish.Interface) string { return interfaceID(nic) + "/" + onlyFunction }, Show: showDeviceFunction,
		}.resources(c),
	)
}

func showNetworkInterface(to redfish.Links, s stock, nic hawkfish.Interface) networkInterfaceView {
	adapter := s.ID + "/" + interfaceID(nic)
	return networkInterfaceView{
		ID: interfaceID(nic), Name: "Network interface " + nic.MAC, Status: working,
		Ports: to.To("PortCollection", adapter), DeviceFunctions: to.To("NetworkDeviceFunctionCollection", adapter),
		Links: networkInterfaceLink{to.To("NetworkAdapter", adapter)},
	}
}

func showAdapter(to redfish.Links, s stock, nic hawkfish.Interface) networkAdapterView {
	adapter := s.ID + "/" + interfaceID(nic)
	return networkAdapterView{
		ID: interfaceID(nic), Name: "Network adapter " + nic.MAC, Manufacturer: emulator, Model: nic.Model, Status: working,
		Ports: to.To("PortCollection", adapter), DeviceFunctions: to.To("NetworkDeviceFunctionCollection", adapter),
	}
}

func showPort(_ redfish.Links, s stock, nic hawkfish.Interface) portView {
	v := portView{
		ID: onlyPort, Name: "Port of " + nic.MAC, PortID: onlyPort,
		PortProtocol: schemas.ProtocolEthernet, Technology: schemas.LinkNetworkTechnologyEthernet,
		LinkState: schemas.LinkStateEnabled, LinkStatus: schemas.PortLinkStatus(linkOf(s, nic)),
		Ethernet: portEthernet{[]string{nic.MAC}}, Status: working,
	}
	if nic.Down {
		v.LinkState = schemas.LinkStateDisabled
	}
	return v
}

func showDeviceFunction(to redfish.Links, s stock, nic hawkfish.Interface) deviceFunctionView {
	id := interfaceID(nic)
	return deviceFunctionView{
		ID: onlyFunction, Name: "Network device function " + nic.MAC, NetDevType: "Ethernet", DeviceIsOn: true,
		Ethernet:   functionEthernet{MACAddress: nic.MAC, PermanentMAC: nic.MAC, MTUSize: nic.MTU},
		Assignable: []redfish.Link{*to.To("Port", s.ID+"/"+id+"/"+onlyPort)}, Status: working,
		Links: deviceFunctionLinks{
			EthernetInterfaces: []redfish.Link{*to.To("EthernetInterface", s.ID+"/"+id)},
			PCIeFunction:       functionLink(to, s, nic.PCI),
		},
	}
}

// functionLink leads to a PCI function by its address; nil: it is not known.
func functionLink(to redfish.Links, s stock, at string) *redfish.Link {
	device, number, ok := strings.Cut(at, ".")
	if !ok {
		return nil
	}
	return to.To("PCIeFunction", s.ID+"/"+device+"/"+number)
}
