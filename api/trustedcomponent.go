package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// trustedComponentView is the TPM of a system (DSP0268, TrustedComponent).
type trustedComponentView struct {
	ID     string                       `json:"Id"`
	Name   string                       `json:"Name"`
	Type   schemas.TrustedComponentType `json:"TrustedComponentType"`
	Model  string                       `json:"Model"`
	Status status                       `json:"Status"`
	Links  trustedComponentLinks        `json:"Links"`
}

type trustedComponentLinks struct {
	Integrated []redfish.Link `json:"ComponentsProtected"`
	Count      int            `json:"ComponentsProtected@odata.count"`
}

// tpm is the Id of a system's only trusted component.
const tpm = "TPM"

func hasTPM(s hawkfish.System) bool { return s.Now().Machine.TPM }

func trustedComponents(c *control.Control) []redfish.Resource {
	find := findSystem(c)
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeTrustedComponentCollection,
		Title: "Trusted Components",
		Path:  "/redfish/v1/Chassis/{id}/TrustedComponents",
		Of:    "TrustedComponent",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			s, err := find(ctx, req)
			if err != nil || !hasTPM(s) {
				return nil, 0, err
			}
			return redfish.Slice([]string{s.ID + "/" + tpm}, page), 1, nil
		},
	})
	one := redfish.Define(redfish.Spec[trustedComponentView, hawkfish.System]{
		Type: schemas.TypeTrustedComponent,
		Path: "/redfish/v1/Chassis/{id}/TrustedComponents/{component}",
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.System, error) {
			s, err := find(ctx, req)
			if err == nil && (!hasTPM(s) || req.Var("component") != tpm) {
				err = hawkfish.Missing("TrustedComponent", req.Var("component"))
			}
			return s, err
		},
		Key:      func(s hawkfish.System) string { return s.ID + "/" + tpm },
		Project:  func(s hawkfish.System) string { return s.ProjectID },
		Revision: func(s hawkfish.System) int64 { return s.Revision },
		Show: func(to redfish.Links, s hawkfish.System) trustedComponentView {
			return trustedComponentView{
				ID: tpm, Name: "Trusted Platform Module", Type: schemas.TrustedComponentTypeDiscrete, Model: "TPM 2.0 (swtpm)", Status: working,
				Links: trustedComponentLinks{[]redfish.Link{*to.To("ComputerSystem", s.ID)}, 1},
			}
		},
	})
	return []redfish.Resource{collection, one}
}
