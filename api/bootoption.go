package api

import (
	"context"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// bootOptionView is something that a system can boot from (DSP0268, BootOption).
type bootOptionView struct {
	ID          string             `json:"Id"`
	Name        string             `json:"Name"`
	Reference   string             `json:"BootOptionReference"`
	DisplayName string             `json:"DisplayName"`
	Alias       schemas.BootSource `json:"Alias"`
	Enabled     bool               `json:"BootOptionEnabled"` // it is in the boot order
	Related     []redfish.Link     `json:"RelatedItem"`
	Count       int                `json:"RelatedItem@odata.count"`
}

// bootOption is one of a system's options, and what the system has.
type bootOption struct {
	stock
	hawkfish.BootOption
}

func (o bootOption) key() string { return bootOptionKey(o.System, o.BootOption) }

func bootOptionKey(s hawkfish.System, o hawkfish.BootOption) string { return s.ID + "/" + o.Reference }

func bootOptions(c *control.Control) []redfish.Resource {
	find, findAll := findSystem(c), findStock(c)
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeBootOptionCollection,
		Title: "Boot Options",
		Path:  "/redfish/v1/Systems/{id}/BootOptions",
		Of:    "BootOption",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			s, err := find(ctx, req)
			options := s.BootOptions()
			return redfish.Slice(redfish.Keys(options, func(o hawkfish.BootOption) string { return bootOptionKey(s, o) }), page), len(options), err
		},
	})
	one := redfish.Define(redfish.Spec[bootOptionView, bootOption]{
		Type: schemas.TypeBootOption,
		Path: "/redfish/v1/Systems/{id}/BootOptions/{option}",
		Load: func(ctx context.Context, req *redfish.Request) (bootOption, error) {
			s, err := findAll(ctx, req)
			if err != nil {
				return bootOption{}, err
			}
			o, err := s.BootOption(req.Var("option"))
			return bootOption{s, o}, err
		},
		Key:      bootOption.key,
		Project:  func(o bootOption) string { return o.ProjectID },
		Revision: bootOption.revision,
		Show:     showBootOption,
	})
	return []redfish.Resource{collection, one}
}

func showBootOption(to redfish.Links, o bootOption) bootOptionView {
	related := o.related(to)
	return bootOptionView{
		ID: o.Reference, Name: o.Name, Reference: o.Reference, DisplayName: o.Name, Alias: o.Alias,
		Enabled: slices.Contains(o.BootOrder(), o.BootOption), Related: related, Count: len(related),
	}
}

// related are the devices that an option boots from. A system without such a device has the option all the same, and no link.
func (o bootOption) related(to redfish.Links) []redfish.Link {
	all := []redfish.Link{}
	switch o.Alias {
	case schemas.BootSourceCd, schemas.BootSourceUsb, schemas.BootSourceFloppy: // their names are those of the drives, too
		all = append(all, *to.To("VirtualMedia", o.ID+"/"+string(o.Alias)))
	case schemas.BootSourcePxe, schemas.BootSourceUefiHttp:
		for _, i := range o.has.Interfaces[:min(1, len(o.has.Interfaces))] { // firmware boots from the first alone
			all = append(all, *to.To("EthernetInterface", o.ID+"/"+interfaceID(i)))
		}
	case schemas.BootSourceHdd:
		for _, d := range o.has.Drives {
			all = append(all, *to.To("Drive", o.ID+"/"+driveID(d)))
		}
	}
	return all
}
