package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// importView is where domains that HawkFish has not made come into the fleet.
type importView struct {
	ID        string        `json:"Id"`
	Name      string        `json:"Name"`
	Scans     *redfish.Link `json:"Scans,omitempty"`
	Adoptions *redfish.Link `json:"Adoptions,omitempty"`
}

// adoptRequest says which domains of a host become systems.
type adoptRequest struct {
	// Domains: left out, all that can be adopted.
	Domains []adoptWish `json:"Domains" validate:"max=256"`
	Project string      `json:"Project" validate:"max=255"`
	// DryRun: nothing is done, and the answer is what would be.
	DryRun bool `json:"DryRun"`
}

// adoptWish names a domain by its UUID or its name, and its system.
type adoptWish struct {
	Domain string `json:"Domain" validate:"required,min=1,max=255"`
	Name   string `json:"Name" validate:"max=63"`
}

// adoptionView is an adopted system, as it came.
type adoptionView struct {
	ID        string        `json:"Id"`
	Name      string        `json:"Name"`   // the system's
	Domain    string        `json:"Domain"` // its name on the host
	Host      string        `json:"Host"`
	Project   string        `json:"Project"`
	AdoptedAt string        `json:"AdoptedAt"`
	AdoptedBy string        `json:"AdoptedBy"`
	Kept      []string      `json:"KeptProperties"` // that its domain says more of than a number
	System    *redfish.Link `json:"System,omitempty"`
}

// adoptedView says of a system that it was adopted, in its Oem part.
type adoptedView struct {
	Domain string `json:"Domain"`
	At     string `json:"At"`
	By     string `json:"By"`
}

const importPath = "/redfish/v1/Oem/HawkFish/Import"

func imports(c *control.Control) []redfish.Resource {
	root := redfish.Define(redfish.Spec[importView, struct{}]{
		Type:     "#HawkFishImport.v1_0_0.HawkFishImport",
		Name:     "Import",
		Path:     importPath,
		Like:     "Import",
		Load:     nothing,
		Revision: unchanging,
		Show: func(to redfish.Links, _ struct{}) importView {
			return importView{ID: "Import", Name: "Import of domains", Scans: to.To("ImportScanCollection", ""), Adoptions: to.To("AdoptionCollection", "")}
		},
	})
	return append([]redfish.Resource{root}, append(scans(c), adoptions(c)...)...)
}

func adoptions(c *control.Control) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  "#HawkFishAdoptionCollection.HawkFishAdoptionCollection",
		Name:  "AdoptionCollection",
		Title: "Adoptions",
		Path:  importPath + "/Adoptions",
		Like:  "AdoptionCollection",
		Of:    "Adoption",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			return c.AdoptionIDs(ctx, req.Scope(), page)
		},
	})
	one := redfish.Define(redfish.Spec[adoptionView, hawkfish.System]{
		Type: "#HawkFishAdoption.v1_0_0.HawkFishAdoption",
		Name: "Adoption",
		Path: importPath + "/Adoptions/{id}",
		Like: "Adoption",
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.System, error) {
			return c.FindAdoption(ctx, req.Scope(), req.Var("id"))
		},
		Key:  systemKey,
		Show: showAdoption,
		Delete: func(ctx context.Context, req *redfish.Request, s hawkfish.System) (redfish.Result, error) {
			return accepted(c.DeleteSystem(ctx, asked(req), s))
		},
	})
	return []redfish.Resource{collection, one}
}

func showAdoption(to redfish.Links, s hawkfish.System) adoptionView {
	a := s.Machine.Adopted
	return adoptionView{
		ID: s.ID, Name: s.Name, Domain: a.Domain, Host: s.HostID, Project: s.ProjectID, AdoptedAt: timeOf(a.At), AdoptedBy: a.By,
		Kept: list(a.Fixed), System: to.To("ComputerSystem", s.ID),
	}
}

func showAdopted(s hawkfish.System) *adoptedView {
	if a := s.Machine.Adopted; a != nil {
		return &adoptedView{Domain: a.Domain, At: timeOf(a.At), By: a.By}
	}
	return nil
}

// list is a list that is shown as one when it is empty, too.
func list(of []string) []string {
	if of == nil {
		return []string{}
	}
	return of
}
