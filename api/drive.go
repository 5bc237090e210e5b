package api

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// driveView is one of a system's disks (DSP0268, Drive). What it is made of nobody knows: it is a file of the host's.
type driveView struct {
	ID             string                  `json:"Id"`
	Name           string                  `json:"Name"`
	CapacityBytes  int64                   `json:"CapacityBytes"`
	BlockSizeBytes int                     `json:"BlockSizeBytes"`
	MediaType      *schemas.DriveMediaType `json:"MediaType"`
	Protocol       *schemas.Protocol       `json:"Protocol"`
	Manufacturer   string                  `json:"Manufacturer"`
	Model          string                  `json:"Model"`
	SerialNumber   string                  `json:"SerialNumber,omitempty"`
	Status         status                  `json:"Status"`
	Links          driveLinks              `json:"Links"`
}

type driveLinks struct {
	Chassis *redfish.Link  `json:"Chassis,omitempty"`
	Storage *redfish.Link  `json:"Storage"`
	Volumes []redfish.Link `json:"Volumes"`
}

// volumeView is a drive as the system uses it: whole (DSP0268, Volume).
type volumeView struct {
	ID             string           `json:"Id"`
	Name           string           `json:"Name"`
	CapacityBytes  int64            `json:"CapacityBytes"`
	BlockSizeBytes int              `json:"BlockSizeBytes"`
	RAIDType       schemas.RAIDType `json:"RAIDType"`
	Status         status           `json:"Status"`
	Links          volumeLinks      `json:"Links"`
}

type volumeLinks struct {
	Drives []redfish.Link `json:"Drives"`
}

// blockSize is QEMU's, of every kind of disk that nobody tells another one, in bytes.
const blockSize = 512

func volumeKey(d hawkfish.Drive) string { return d.Bus + "/" + d.Name }

// driveID is unique in a system: libvirt's names are, whatever the bus.
func driveID(d hawkfish.Drive) string { return d.Name }

func drives(c *control.Control) []redfish.Resource {
	list := func(s stock) []hawkfish.Drive { return s.has.Drives }
	return append(
		parts[driveView, hawkfish.Drive]{
			Type: schemas.TypeDrive, Collection: schemas.TypeDriveCollection, Title: "Drives",
			Path: "/redfish/v1/Chassis/{id}/Drives", Vars: []string{"drive"}, List: list, Key: driveID, Show: showDrive,
		}.resources(c),
		parts[volumeView, hawkfish.Drive]{
			Type: schemas.TypeVolume, Collection: schemas.TypeVolumeCollection, Title: "Volumes",
			Path: storagePath + "/{storage}/Volumes", Vars: []string{"storage", "volume"}, Within: unitKeys,
			// Ironic asks for it; what changes here changes at once.
			ApplyTimes: []schemas.OperationApplyTime{schemas.OperationApplyTimeImmediate},
			List:       list, Key: volumeKey, Show: showVolume,
		}.resources(c)...,
	)
}

func showDrive(to redfish.Links, s stock, d hawkfish.Drive) driveView {
	v := driveView{
		ID: d.Name, Name: nameOfBus(d.Bus) + " disk " + d.Name, CapacityBytes: d.Bytes, BlockSizeBytes: blockSize,
		Manufacturer: emulator, Model: nameOfBus(d.Bus) + " disk", SerialNumber: d.Serial, Status: working,
		Links: driveLinks{
			Chassis: to.To("Chassis", s.ID), Storage: to.To("Storage", s.ID+"/"+d.Bus),
			Volumes: []redfish.Link{*to.To("Volume", s.ID+"/"+volumeKey(d))},
		},
	}
	for _, p := range speaks(d.Bus) {
		v.Protocol = &p
	}
	return v
}

func showVolume(to redfish.Links, s stock, d hawkfish.Drive) volumeView {
	return volumeView{
		ID: d.Name, Name: "Volume " + d.Name, CapacityBytes: d.Bytes, BlockSizeBytes: blockSize, RAIDType: schemas.RAIDTypeNone, Status: working,
		Links: volumeLinks{Drives: []redfish.Link{*to.To("Drive", s.ID+"/"+driveID(d))}},
	}
}

// simpleStorageView is a Storage for clients that ask for no more than names and sizes (DSP0268, SimpleStorage).
type simpleStorageView struct {
	ID      string             `json:"Id"`
	Name    string             `json:"Name"`
	Devices []simpleDevice     `json:"Devices"`
	Status  status             `json:"Status"`
	Links   simpleStorageLinks `json:"Links"`
}

type simpleDevice struct {
	Name          string `json:"Name"`
	Manufacturer  string `json:"Manufacturer"`
	Model         string `json:"Model"`
	CapacityBytes int64  `json:"CapacityBytes"`
	Status        status `json:"Status"`
}

type simpleStorageLinks struct {
	Chassis *redfish.Link `json:"Chassis,omitempty"`
	Storage *redfish.Link `json:"Storage"`
}

func simpleStorage(c *control.Control) []redfish.Resource {
	return parts[simpleStorageView, unit]{
		Type: schemas.TypeSimpleStorage, Collection: schemas.TypeSimpleStorageCollection, Title: "Simple Storage",
		Path: "/redfish/v1/Systems/{id}/SimpleStorage", Vars: []string{"storage"}, List: storageUnits, Key: unitKey,
		Show: func(to redfish.Links, s stock, u unit) simpleStorageView {
			v := simpleStorageView{
				ID: u.bus, Name: nameOfBus(u.bus) + " storage", Status: working,
				Links: simpleStorageLinks{to.To("Chassis", s.ID), to.To("Storage", s.ID+"/"+u.bus)},
			}
			for _, d := range u.drives {
				v.Devices = append(v.Devices, simpleDevice{d.Name, emulator, nameOfBus(d.Bus) + " disk", d.Bytes, working})
			}
			return v
		},
	}.resources(c)
}
