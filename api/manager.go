package api

import (
	"cmp"
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// managerView is a Manager (DSP0268) as callers see it.
type managerView struct {
	ID              string              `json:"Id"`
	Name            string              `json:"Name"` // of a system's, the system's: clients select it by name
	ManagerType     schemas.ManagerType `json:"ManagerType"`
	Manufacturer    string              `json:"Manufacturer"`
	Model           string              `json:"Model"`
	FirmwareVersion string              `json:"FirmwareVersion"`
	UUID            string              `json:"UUID"`
	EntryPointUUID  string              `json:"ServiceEntryPointUUID"`
	PowerState      schemas.PowerState  `json:"PowerState"`
	Status          status              `json:"Status"`
	VirtualMedia    *redfish.Link       `json:"VirtualMedia,omitempty"` // deprecated since Manager 1.10, and where sushy 4 and Ironic look
	NetworkProtocol *redfish.Link       `json:"NetworkProtocol"`        // one for all: they are one service
	LogServices     *redfish.Link       `json:"LogServices,omitempty"`
	Links           managerLinks        `json:"Links"`
}

type managerLinks struct {
	ForServers []redfish.Link `json:"ManagerForServers"`
	ForChassis []redfish.Link `json:"ManagerForChassis"`
	InChassis  *redfish.Link  `json:"ManagerInChassis,omitempty"`
}

// serviceManager is the Id of the service's own Manager. Those of systems have the systems' IDs.
const serviceManager = "HawkFish"

// managerState is a system's manager or, without a system, the service's own.
type managerState struct{ system hawkfish.System }

func (s managerState) own() bool { return s.system.ID == "" }

func managers(c *control.Control, info ServiceInfo) []redfish.Resource {
	find := findSystem(c)
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeManagerCollection,
		Title: "Managers",
		Path:  "/redfish/v1/Managers",
		Of:    "Manager",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			return behind(ctx, c, req, []string{serviceManager}, page)
		},
	})
	manager := redfish.Define(redfish.Spec[managerView, managerState]{
		Type: schemas.TypeManager,
		Path: "/redfish/v1/Managers/{id}",
		Load: func(ctx context.Context, req *redfish.Request) (managerState, error) {
			if req.Var("id") == serviceManager {
				return managerState{}, nil
			}
			s, err := find(ctx, req)
			return managerState{s}, err
		},
		Key: func(s managerState) string {
			if s.own() {
				return serviceManager
			}
			return s.system.ID
		},
		Project: func(s managerState) string { return s.system.ProjectID },
		Revision: func(s managerState) int64 {
			if s.own() {
				return 1
			}
			return s.system.Revision
		},
		Show: func(to redfish.Links, s managerState) managerView { return showManager(to, s, info) },
	})
	return []redfish.Resource{collection, manager, networkProtocol(c, info)}
}

func showManager(to redfish.Links, s managerState, info ServiceInfo) managerView {
	v := managerView{
		Manufacturer: vendor, FirmwareVersion: info.Version, EntryPointUUID: info.UUID,
		PowerState: schemas.PowerStateOn, Status: working, NetworkProtocol: to.To("ManagerNetworkProtocol", serviceManager),
		LogServices: to.To("ManagerLogServiceCollection", cmp.Or(s.system.ID, serviceManager)),
		Links:       managerLinks{ForServers: []redfish.Link{}, ForChassis: []redfish.Link{}},
	}
	if s.own() {
		v.ID, v.Name, v.UUID, v.ManagerType, v.Model = serviceManager, vendor, info.UUID, schemas.ManagerTypeService, "Fleet controller"
		return v
	}
	v.ID, v.Name, v.UUID, v.ManagerType, v.Model = s.system.ID, s.system.Name, s.system.ID, schemas.ManagerTypeBMC, "Virtual BMC"
	v.VirtualMedia = to.To("VirtualMediaCollection", s.system.ID)
	v.Links.ForServers = append(v.Links.ForServers, *to.To("ComputerSystem", s.system.ID))
	if chassis := to.To("Chassis", s.system.ID); chassis != nil {
		v.Links.ForChassis, v.Links.InChassis = append(v.Links.ForChassis, *chassis), chassis
	}
	return v
}

// behind lists a few keys, and then one for each system.
func behind(ctx context.Context, c *control.Control, req *redfish.Request, first []string, page hawkfish.Page) ([]string, int, error) {
	keys := redfish.Slice(first, page)
	rest := hawkfish.Page{Skip: max(0, page.Skip-len(first)), Limit: page.Limit - len(keys)}
	full := page.Limit > 0 && rest.Limit == 0
	if full {
		rest.Limit = 1 // how many there are is asked all the same
	}
	ids, total, err := c.SystemIDs(ctx, req.Scope(), rest)
	if !full {
		keys = append(keys[:len(keys):len(keys)], ids...)
	}
	return keys, len(first) + total, err
}
