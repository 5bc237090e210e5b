package api

import (
	"context"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// updateServiceView is the UpdateService (DSP0268): what runs in which version. It updates nothing, see refuseUpdate.
type updateServiceView struct {
	ID       string        `json:"Id"`
	Name     string        `json:"Name"`
	Enabled  bool          `json:"ServiceEnabled"`
	Status   status        `json:"Status"`
	Firmware *redfish.Link `json:"FirmwareInventory"`
	Software *redfish.Link `json:"SoftwareInventory"`
}

// softwareView is a SoftwareInventory (DSP0268) as callers see it.
type softwareView struct {
	ID           string         `json:"Id"`
	Name         string         `json:"Name"`
	Manufacturer string         `json:"Manufacturer,omitempty"`
	Version      string         `json:"Version,omitempty"`
	SoftwareID   string         `json:"SoftwareId"`
	Updateable   bool           `json:"Updateable"`
	Status       status         `json:"Status"`
	Related      []redfish.Link `json:"RelatedItem"`
	Count        int            `json:"RelatedItem@odata.count"`
}

// softwareState is one version of something: of the service itself when there is no host.
type softwareState struct {
	hawkfish.Software
	host hostState
}

func (s softwareState) key() string {
	if s.host.ID == "" {
		return s.ID
	}
	return s.host.ID + "-" + s.ID
}

// simpleUpdate are the parameters of SimpleUpdate (DSP0268, UpdateService).
type simpleUpdate struct {
	ImageURI    string                             `json:"ImageURI" validate:"required,max=2048"`
	Protocol    schemas.UpdateTransferProtocolType `json:"TransferProtocol"`
	Targets     []string                           `json:"Targets" validate:"max=64"`
	UserName    string                             `json:"Username" validate:"max=255"`
	Password    string                             `json:"Password" validate:"max=255" secret:"true"`
	ForceUpdate bool                               `json:"ForceUpdate"`
}

// refuseUpdate says why nothing is updated from here. Guests boot the firmware that libvirt chooses among what is installed on
// their host, and what is installed there, as HawkFish itself, is its package manager's to update.
func refuseUpdate(context.Context, *redfish.Request, struct{}, simpleUpdate) (redfish.Result, error) {
	m := schemas.ActionNotSupported("UpdateService.SimpleUpdate")
	m.Resolution = "Upgrade the packages on the hosts, or HawkFish, with what they were installed with: guests get new firmware and " +
		"QEMU when they are next started from off, and FirmwareInventory and SoftwareInventory then show the new versions."
	return redfish.Result{}, redfish.Rejected{m}
}

func updateService(c *control.Control, info ServiceInfo) []redfish.Resource {
	never := func(struct{}) bool { return false }
	service := redfish.Define(redfish.Spec[updateServiceView, struct{}]{
		Type: schemas.TypeUpdateService, Path: "/redfish/v1/UpdateService", Load: nothing, Revision: unchanging,
		Show: func(to redfish.Links, _ struct{}) updateServiceView {
			return updateServiceView{
				ID: "UpdateService", Name: "Update service", Enabled: true, Status: working,
				Firmware: to.To(firmwareInventory.collection(), ""), Software: to.To(softwareInventory.collection(), ""),
			}
		},
		Actions: []redfish.ActionOf[struct{}]{redfish.Offered(redfish.Do("SimpleUpdate", refuseUpdate), never)},
	})
	return append([]redfish.Resource{service}, slices.Concat(firmwareInventory.resources(c, info), softwareInventory.resources(c, info))...)
}

// inventory is one of the two lists of software: what systems and their managers boot with, and the rest.
type inventory string

const (
	firmwareInventory inventory = "FirmwareInventory"
	softwareInventory inventory = "SoftwareInventory"
)

func (i inventory) collection() string { return string(i) + "Collection" }

func (i inventory) resources(c *control.Control, info ServiceInfo) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type: schemas.TypeSoftwareInventoryCollection, Name: i.collection(), Title: string(i), Path: "/redfish/v1/UpdateService/" + string(i), Of: string(i),
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			all, err := i.list(ctx, c, req, info)
			return redfish.Listed(req, redfish.Slice(all, page), softwareState.key), len(all), err
		},
	})
	one := redfish.Define(redfish.Spec[softwareView, softwareState]{
		Type: schemas.TypeSoftwareInventory, Name: string(i), Path: "/redfish/v1/UpdateService/" + string(i) + "/{id}",
		Load: func(ctx context.Context, req *redfish.Request) (softwareState, error) {
			all, err := i.list(ctx, c, req, info)
			if err != nil {
				return softwareState{}, err
			}
			at := slices.IndexFunc(all, func(s softwareState) bool { return s.key() == req.Var("id") })
			if at < 0 {
				return softwareState{}, hawkfish.Missing(string(i), req.Var("id"))
			}
			return all[at], nil
		},
		Key: softwareState.key, Show: showSoftware,
	})
	return []redfish.Resource{collection, one}
}

// list returns the service's own version, which managers have as their firmware, and those of the hosts. They are for who may see hosts.
func (i inventory) list(ctx context.Context, c *control.Control, req *redfish.Request, info ServiceInfo) ([]softwareState, error) {
	all := []softwareState{{Software: hawkfish.Software{ID: vendor, Name: "HawkFish API", Vendor: vendor, Version: info.Version}}}
	if !manages(req) {
		return all, nil
	}
	hosts, err := c.ListHosts(ctx)
	for _, h := range hosts {
		for _, s := range h.Facts.Software {
			if s.Firmware == (i == firmwareInventory) {
				all = append(all, softwareState{s, hostAsSeen(h)})
			}
		}
	}
	return all, err
}

func showSoftware(to redfish.Links, s softwareState) softwareView {
	v := softwareView{
		ID: s.key(), Name: s.Name, Manufacturer: s.Vendor, Version: s.Version, SoftwareID: s.ID, Status: working,
		Related: []redfish.Link{},
	}
	of := to.To("Manager", serviceManager)
	if s.host.ID != "" {
		of = to.To("Chassis", s.host.ID)
		v.Name += " on " + s.host.ID
		v.Status = hostStatus[s.host.shown()]
	}
	if of != nil {
		v.Related = append(v.Related, *of)
	}
	v.Count = len(v.Related)
	return v
}
