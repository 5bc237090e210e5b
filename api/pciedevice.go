package api

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// pcieDeviceView is a device on a guest's PCI buses (DSP0268, PCIeDevice). Its Id is where it is: domain, bus and slot.
type pcieDeviceView struct {
	ID         string          `json:"Id"`
	Name       string          `json:"Name"`
	DeviceType string          `json:"DeviceType"`
	Status     status          `json:"Status"`
	Functions  *redfish.Link   `json:"PCIeFunctions"`
	Links      pcieDeviceLinks `json:"Links"`
}

type pcieDeviceLinks struct {
	Chassis []redfish.Link `json:"Chassis"`
}

// pcieFunctionView is one of its functions (DSP0268, PCIeFunction).
type pcieFunctionView struct {
	ID           string                   `json:"Id"`
	Name         string                   `json:"Name"`
	FunctionID   int                      `json:"FunctionId"`
	FunctionType schemas.PCIeFunctionType `json:"FunctionType"`
	DeviceClass  schemas.PCIeDeviceClass  `json:"DeviceClass,omitempty"`
	ClassCode    string                   `json:"ClassCode,omitempty"`
	VendorID     string                   `json:"VendorId,omitempty"`
	DeviceID     string                   `json:"DeviceId,omitempty"`
	Status       status                   `json:"Status"`
	Links        pcieFunctionLinks        `json:"Links"`
}

type pcieFunctionLinks struct {
	PCIeDevice             *redfish.Link  `json:"PCIeDevice"`
	EthernetInterfaces     []redfish.Link `json:"EthernetInterfaces"`
	NetworkDeviceFunctions []redfish.Link `json:"NetworkDeviceFunctions"`
}

// deviceFunction is a function, and the device that it belongs to.
type deviceFunction struct {
	device hawkfish.PCIDevice
	hawkfish.PCIFunction
}

func (f deviceFunction) address() string { return f.device.Address + "." + strconv.Itoa(f.Number) }

// deviceClasses are the base classes of PCI (PCI Code and ID Assignment Specification), in their order.
var deviceClasses = []schemas.PCIeDeviceClass{
	schemas.PCIeDeviceClassUnclassifiedDevice, schemas.PCIeDeviceClassMassStorageController, schemas.PCIeDeviceClassNetworkController,
	schemas.PCIeDeviceClassDisplayController, schemas.PCIeDeviceClassMultimediaController, schemas.PCIeDeviceClassMemoryController,
	schemas.PCIeDeviceClassBridge, schemas.PCIeDeviceClassCommunicationController, schemas.PCIeDeviceClassGenericSystemPeripheral,
	schemas.PCIeDeviceClassInputDeviceController, schemas.PCIeDeviceClassDockingStation, schemas.PCIeDeviceClassProcessor,
	schemas.PCIeDeviceClassSerialBusController,
}

const devicesPath = "/redfish/v1/Systems/{id}/PCIeDevices"

func pcieDevices(c *control.Control) []redfish.Resource {
	devices := func(s stock) []hawkfish.PCIDevice { return s.has.Devices }
	key := func(d hawkfish.PCIDevice) string { return d.Address }
	return slices.Concat(
		parts[pcieDeviceView, hawkfish.PCIDevice]{
			Type: schemas.TypePCIeDevice, Collection: schemas.TypePCIeDeviceCollection, Title: "PCIe Devices",
			Path: devicesPath, Vars: []string{"device"}, List: devices, Key: key, Show: showPCIeDevice,
		}.resources(c),
		parts[pcieFunctionView, deviceFunction]{
			Type: schemas.TypePCIeFunction, Collection: schemas.TypePCIeFunctionCollection, Title: "PCIe Functions",
			Path: devicesPath + "/{device}/PCIeFunctions", Vars: []string{"device", "function"},
			Within: func(s stock) []string { return redfish.Keys(s.has.Devices, key) },
			List: func(s stock) (all []deviceFunction) {
				for _, d := range s.has.Devices {
					for _, f := range d.Functions {
						all = append(all, deviceFunction{d, f})
					}
				}
				return all
			},
			Key:  func(f deviceFunction) string { return f.device.Address + "/" + strconv.Itoa(f.Number) },
			Show: showPCIeFunction,
		}.resources(c),
	)
}

func showPCIeDevice(to redfish.Links, s stock, d hawkfish.PCIDevice) pcieDeviceView {
	v := pcieDeviceView{
		ID: d.Address, Name: d.Name, DeviceType: "SingleFunction", Status: working, Functions: to.To("PCIeFunctionCollection", s.ID+"/"+d.Address),
		Links: pcieDeviceLinks{[]redfish.Link{*to.To("Chassis", s.ID)}},
	}
	if v.Name == "" {
		v.Name = "PCI device " + d.Address
	}
	if len(d.Functions) > 1 {
		v.DeviceType = "MultiFunction"
	}
	return v
}

func showPCIeFunction(to redfish.Links, s stock, f deviceFunction) pcieFunctionView {
	v := pcieFunctionView{
		ID: strconv.Itoa(f.Number), Name: "Function " + strconv.Itoa(f.Number), FunctionID: f.Number, FunctionType: schemas.PCIeFunctionTypePhysical,
		Status: working,
		Links: pcieFunctionLinks{
			PCIeDevice:         to.To("PCIeDevice", s.ID+"/"+f.device.Address),
			EthernetInterfaces: []redfish.Link{}, NetworkDeviceFunctions: []redfish.Link{},
		},
	}
	if f.VendorID != 0 {
		v.VendorID, v.DeviceID = fmt.Sprintf("0x%04x", f.VendorID), fmt.Sprintf("0x%04x", f.DeviceID)
		v.ClassCode = fmt.Sprintf("0x%06x", f.Class)
		if base := int(f.Class >> 16); base < len(deviceClasses) {
			v.DeviceClass = deviceClasses[base]
		}
	}
	for _, nic := range s.has.Interfaces {
		if nic.PCI == f.address() {
			at := s.ID + "/" + interfaceID(nic)
			v.Links.EthernetInterfaces = append(v.Links.EthernetInterfaces, *to.To("EthernetInterface", at))
			v.Links.NetworkDeviceFunctions = append(v.Links.NetworkDeviceFunctions, *to.To("NetworkDeviceFunction", at+"/"+onlyFunction))
		}
	}
	return v
}
