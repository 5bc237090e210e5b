package api

import (
	"github.com/projectbeskar/hawkfish/api/redfish"
)

// fleetView is where the tree of HawkFish's own resources begins.
type fleetView struct {
	ID         string        `json:"Id"`
	Name       string        `json:"Name"`
	Images     *redfish.Link `json:"Images,omitempty"`
	Profiles   *redfish.Link `json:"Profiles,omitempty"`
	Batches    *redfish.Link `json:"Batches,omitempty"`
	Hosts      *redfish.Link `json:"Hosts,omitempty"`
	Placement  *redfish.Link `json:"Placement,omitempty"`
	Migrations *redfish.Link `json:"Migrations,omitempty"`
	Import     *redfish.Link `json:"Import,omitempty"`
	Projects   *redfish.Link `json:"Projects,omitempty"`
	Audit      *redfish.Link `json:"Audit,omitempty"`
}

func fleet() []redfish.Resource {
	return []redfish.Resource{redfish.Define(redfish.Spec[fleetView, struct{}]{
		Type:     "#HawkFish.v1_0_0.HawkFish",
		Path:     "/redfish/v1/Oem/HawkFish",
		Like:     "ComputerSystemCollection",
		Load:     nothing,
		Revision: unchanging,
		Show: func(to redfish.Links, _ struct{}) fleetView {
			return fleetView{
				ID: "HawkFish", Name: "HawkFish",
				Images: to.To("ImageCollection", ""), Profiles: to.To("ProfileCollection", ""), Batches: to.To("BatchCollection", ""), Hosts: to.To("HostCollection", ""), Placement: to.To("Placement", ""), Projects: to.To("ProjectCollection", ""),
				Migrations: to.To("MigrationCollection", ""), Import: to.To("Import", ""), Audit: to.To("Audit", ""),
			}
		},
	})}
}
