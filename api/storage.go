package api

import (
	"slices"
	"strconv"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// storageView is the drives of one kind of bus (DSP0268, Storage).
type storageView struct {
	ID          string         `json:"Id"`
	Name        string         `json:"Name"`
	Drives      []redfish.Link `json:"Drives"`
	DrivesCount int            `json:"Drives@odata.count"`
	Volumes     *redfish.Link  `json:"Volumes"`
	Controllers *redfish.Link  `json:"Controllers"`
	Status      status         `json:"Status"`
}

// storageControllerView is what drives are attached to (DSP0268, StorageController).
type storageControllerView struct {
	ID        string                 `json:"Id"`
	Name      string                 `json:"Name"`
	Model     string                 `json:"Model"`
	Protocols []schemas.Protocol     `json:"SupportedControllerProtocols"`
	Devices   []schemas.Protocol     `json:"SupportedDeviceProtocols"`
	Status    status                 `json:"Status"`
	Links     storageControllerLinks `json:"Links"`
}

type storageControllerLinks struct {
	PCIeFunctions []redfish.Link `json:"PCIeFunctions"`
}

// unit is the drives that are on buses of one kind.
type unit struct {
	bus    string
	drives []hawkfish.Drive
}

// controller is a PCI function that a unit's drives are attached to.
type controller struct {
	bus string
	n   int
	pci string // empty: not known yet
}

func (k controller) id() string  { return strconv.Itoa(k.n) }
func (k controller) key() string { return k.bus + "/" + k.id() }

// storageUnits lists a system's units in the order of their first drives.
func storageUnits(s stock) []unit {
	var all []unit
	for _, d := range s.has.Drives {
		n := slices.IndexFunc(all, func(u unit) bool { return u.bus == d.Bus })
		if n < 0 {
			n, all = len(all), append(all, unit{bus: d.Bus})
		}
		all[n].drives = append(all[n].drives, d)
	}
	return all
}

func unitKey(u unit) string { return u.bus }

func unitKeys(s stock) []string { return redfish.Keys(storageUnits(s), unitKey) }

func (u unit) controllers() []controller {
	var all []controller
	for _, d := range u.drives {
		if !slices.ContainsFunc(all, func(k controller) bool { return k.pci == d.PCI }) {
			all = append(all, controller{u.bus, len(all) + 1, d.PCI})
		}
	}
	return all
}

// busName says what a bus is called, and what its drives speak; virtio's protocol is not among Redfish's.
var busNames = map[string]struct {
	name     string
	protocol schemas.Protocol
}{
	"virtio": {"virtio", ""},
	"sata":   {"SATA", schemas.ProtocolSATA},
	"scsi":   {"SCSI", schemas.ProtocolSAS},
	"nvme":   {"NVMe", schemas.ProtocolNVMe},
	"ide":    {"IDE", ""},
}

func nameOfBus(bus string) string {
	if known, ok := busNames[bus]; ok {
		return known.name
	}
	return bus
}

func speaks(bus string) []schemas.Protocol {
	if p := busNames[bus].protocol; p != "" {
		return []schemas.Protocol{p}
	}
	return []schemas.Protocol{}
}

const storagePath = "/redfish/v1/Systems/{id}/Storage"

func storage(c *control.Control) []redfish.Resource {
	return slices.Concat(
		parts[storageView, unit]{
			Type: schemas.TypeStorage, Collection: schemas.TypeStorageCollection, Title: "Storage",
			Path: storagePath, Vars: []string{"storage"}, List: storageUnits, Key: unitKey, Show: showStorage,
		}.resources(c),
		parts[storageControllerView, controller]{
			Type: schemas.TypeStorageController, Collection: schemas.TypeStorageControllerCollection, Title: "Storage Controllers",
			Path: storagePath + "/{storage}/Controllers", Vars: []string{"storage", "controller"}, Within: unitKeys,
			List: func(s stock) (all []controller) {
				for _, u := range storageUnits(s) {
					all = append(all, u.controllers()...)
				}
				return all
			},
			Key: controller.key, Show: showStorageController,
		}.resources(c),
		drives(c),
	)
}

func showStorage(to redfish.Links, s stock, u unit) storageView {
	v := storageView{
		ID: u.bus, Name: nameOfBus(u.bus) + " storage", Drives: []redfish.Link{}, DrivesCount: len(u.drives), Status: working,
		Volumes: to.To("VolumeCollection", s.ID+"/"+u.bus), Controllers: to.To("StorageControllerCollection", s.ID+"/"+u.bus),
	}
	for _, d := range u.drives {
		v.Drives = append(v.Drives, *to.To("Drive", s.ID+"/"+driveID(d)))
	}
	return v
}

func showStorageController(to redfish.Links, s stock, k controller) storageControllerView {
	v := storageControllerView{
		ID: k.id(), Name: nameOfBus(k.bus) + " controller " + k.id(), Model: nameOfBus(k.bus),
		Protocols: []schemas.Protocol{schemas.ProtocolPCIe}, Devices: speaks(k.bus), Status: working,
		Links: storageControllerLinks{PCIeFunctions: []redfish.Link{}},
	}
	if function := functionLink(to, s, k.pci); function != nil {
		v.Links.PCIeFunctions = append(v.Links.PCIeFunctions, *function)
	}
	return v
}
