package api

import (
	"context"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// mediaView is a drive as callers see it (DSP0268, VirtualMedia).
type mediaView struct {
	ID                string                        `json:"Id"`
	Name              string                        `json:"Name"`
	MediaTypes        []schemas.MediaType           `json:"MediaTypes"`
	Image             *string                       `json:"Image"`     // null: there is none
	ImageName         *string                       `json:"ImageName"` // null: likewise
	Inserted          bool                          `json:"Inserted"`
	ConnectedVia      schemas.ConnectedVia          `json:"ConnectedVia"`
	WriteProtected    bool                          `json:"WriteProtected"`
	TransferMethod    *schemas.TransferMethod       `json:"TransferMethod"`
	Protocol          *schemas.TransferProtocolType `json:"TransferProtocolType"`
	UserName          *string                       `json:"UserName"`
	Password          *string                       `json:"Password"` // always null
	VerifyCertificate bool                          `json:"VerifyCertificate"`
	Status            status                        `json:"Status"`
}

// mediaOem is what only HawkFish knows of a drive.
type mediaOem struct {
	Type      string `json:"@odata.type"`
	SHA256    string `json:"SHA256,omitempty"`
	SizeBytes int64  `json:"SizeBytes,omitempty"`
}

// driveKinds says what clients look for a drive by.
var driveKinds = map[hawkfish.MediaSlot]struct {
	name  string
	types []schemas.MediaType
}{
	hawkfish.SlotCd:     {"Virtual CD", []schemas.MediaType{schemas.MediaTypeCD, schemas.MediaTypeDVD}},
	hawkfish.SlotFloppy: {"Virtual Floppy", []schemas.MediaType{schemas.MediaTypeFloppy}},
	hawkfish.SlotUsb:    {"Virtual USB Stick", []schemas.MediaType{schemas.MediaTypeUSBStick}},
}

// insertMedia are the parameters of InsertMedia.
type insertMedia struct {
	Image          string                       `json:"Image" validate:"required,min=1,max=2048"`
	Inserted       *bool                        `json:"Inserted" null:"clears"`
	WriteProtected *bool                        `json:"WriteProtected" null:"clears"`
	UserName       *string                      `json:"UserName" validate:"max=255" null:"clears"`
	Password       *string                      `json:"Password" validate:"max=255" secret:"true" null:"clears"`
	TransferMethod schemas.TransferMethod       `json:"TransferMethod"`
	Protocol       schemas.TransferProtocolType `json:"TransferProtocolType"`
}

func (p insertMedia) request() control.InsertRequest {
	return control.InsertRequest{
		Image: p.Image, UserName: deref(p.UserName), Password: deref(p.Password),
		Inserted: p.Inserted, WriteProtected: p.WriteProtected, Protocol: p.Protocol,
	}
}

// Drives are the systems'. Older clients look for them under the manager, whose link leads here; those that have the path by
// heart find them there, too (DSP0268: URIs deprecated since VirtualMedia 1.4).
const (
	mediaPath    = "/redfish/v1/Systems/{id}/VirtualMedia"
	oldMediaPath = "/redfish/v1/Managers/{id}/VirtualMedia"
)

func media(c *control.Control) []redfish.Resource {
	find := findSystem(c)
	collection := redfish.Collection(redfish.CollectionSpec{
		Type: schemas.TypeVirtualMediaCollection, Title: "Virtual Media",
		Path: mediaPath, Aliases: []string{oldMediaPath}, Of: "VirtualMedia",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			s, err := find(ctx, req)
			if err != nil {
				return nil, 0, err
			}
			keys := redfish.Keys(hawkfish.MediaSlots, func(slot hawkfish.MediaSlot) string { return s.ID + "/" + string(slot) })
			return redfish.Slice(keys, page), len(keys), nil
		},
	})
	return []redfish.Resource{collection, drive(c)}
}

func drive(c *control.Control) redfish.Resource {
	insert := redfish.Do("InsertMedia", func(ctx context.Context, req *redfish.Request, d control.Drive, p insertMedia) (redfish.Result, error) {
		return accepted(c.InsertMedia(ctx, asked(req), d.System, d.Slot, p.request()))
	})
	eject := redfish.Do("EjectMedia", func(ctx context.Context, req *redfish.Request, d control.Drive, _ struct{}) (redfish.Result, error) {
		return accepted(c.EjectMedia(ctx, asked(req), d.System, d.Slot))
	})
	find := findSystem(c)
	return redfish.Define(redfish.Spec[mediaView, control.Drive]{
		Type: schemas.TypeVirtualMedia, Path: mediaPath + "/{slot}", Aliases: []string{oldMediaPath + "/{slot}"},
		Load: func(ctx context.Context, req *redfish.Request) (control.Drive, error) {
			s, err := find(ctx, req)
			if err != nil {
				return control.Drive{}, err
			}
			slot := hawkfish.MediaSlot(req.Var("slot"))
			if !slices.Contains(hawkfish.MediaSlots, slot) {
				return control.Drive{}, hawkfish.Missing("VirtualMedia", string(slot))
			}
			return c.Drive(ctx, s, slot)
		},
		Key:      func(d control.Drive) string { return d.ID + "/" + string(d.Slot) },
		Project:  func(d control.Drive) string { return d.ProjectID },
		Revision: control.Drive.Revision,
		Show:     showMedia,
		Oem: func(_ redfish.Links, d control.Drive) any {
			oem := mediaOem{Type: "#HawkFishVirtualMedia.v1_0_0.HawkFishVirtualMedia"}
			if m := d.Machine.Media[d.Slot].Medium; m != nil {
				oem.SHA256, oem.SizeBytes = m.SHA256, m.SizeBytes
			}
			return oem
		},
		Patch: redfish.WritableBy(func(ctx context.Context, req *redfish.Request, d control.Drive, p mediaPatch) (redfish.Result, error) {
			return p.apply(ctx, c, req, d)
		}),
		Actions: []redfish.ActionOf[control.Drive]{
			redfish.Allowing(insert, "TransferProtocolType", func(control.Drive) []string {
				return []string{string(schemas.TransferProtocolTypeHTTP), string(schemas.TransferProtocolTypeHTTPS)}
			}),
			eject,
		},
	})
}

func showMedia(_ redfish.Links, d control.Drive) mediaView {
	kind, drive := driveKinds[d.Slot], d.Machine.Media[d.Slot]
	v := mediaView{
		ID: string(d.Slot), Name: kind.name, MediaTypes: kind.types, Inserted: drive.Inserted(),
		ConnectedVia: schemas.ConnectedViaNotConnected, WriteProtected: true,
		VerifyCertificate: !drive.Unverified, Status: working,
	}
	if m := drive.Medium; m != nil {
		name := control.ImageName(m.URL)
		v.Image, v.ImageName = &m.URL, &name
		if drive.Inserted() {
			v.ConnectedVia = schemas.ConnectedViaURI
		}
		// The whole file is fetched before the guest sees any of it.
		method := schemas.TransferMethodUpload
		v.TransferMethod = &method
		if protocol := control.ProtocolOf(m.URL); protocol != "" {
			v.Protocol = &protocol
		}
		if m.UserName != "" {
			v.UserName = &m.UserName
		}
	}
	return v
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return strings.Clone(*s)
}
