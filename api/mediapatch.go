package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// mediaPatch holds the writable properties of a drive: the older way to insert and to eject, which does what the
// actions do.
type mediaPatch struct {
	Image             *string                       `json:"Image" validate:"max=2048" null:"clears"`
	Inserted          *bool                         `json:"Inserted"`
	WriteProtected    *bool                         `json:"WriteProtected"`
	UserName          *string                       `json:"UserName" validate:"max=255" null:"clears"`
	Password          *string                       `json:"Password" validate:"max=255" secret:"true" null:"clears"`
	TransferMethod    *schemas.TransferMethod       `json:"TransferMethod" null:"clears"`
	Protocol          *schemas.TransferProtocolType `json:"TransferProtocolType" null:"clears"`
	VerifyCertificate *bool                         `json:"VerifyCertificate"`
}

func (p mediaPatch) apply(ctx context.Context, c *control.Control, req *redfish.Request, d control.Drive) (redfish.Result, error) {
	there := d.Machine.Media[d.Slot].Medium
	switch {
	case p.ejects():
		return accepted(c.EjectMedia(ctx, asked(req), d.System, d.Slot))
	case p.Image != nil && *p.Image != "":
		return accepted(c.InsertMedia(ctx, asked(req), d.System, d.Slot, p.request(*p.Image)))
	case p.Inserted != nil && there != nil: // what is attached already
		return accepted(c.InsertMedia(ctx, asked(req), d.System, d.Slot, p.request(there.URL)))
	case p.Inserted != nil:
		return redfish.Result{}, hawkfish.Refused("/Inserted", "true", "there is no image to insert")
	case p.VerifyCertificate == nil || p.ofTransfer():
		return redfish.Result{}, hawkfish.Refused("/Image", "", "how an image is transferred goes with the image")
	}
	s, err := c.VerifyMedia(ctx, asked(req), d.System, req.Expects(d.System.Revision), d.Slot, *p.VerifyCertificate)
	return redfish.Found("VirtualMedia", control.Drive{System: s, Slot: d.Slot}), err
}

// ejects: no image is wanted, or not in the drive any more. An image that is to be attached but not inserted is not ejected.
func (p mediaPatch) ejects() bool {
	return p.Image != nil && *p.Image == "" || p.Image == nil && p.Inserted != nil && !*p.Inserted
}

// ofTransfer reports whether something is said that means nothing without an image.
func (p mediaPatch) ofTransfer() bool {
	return p.WriteProtected != nil || p.UserName != nil || p.Password != nil || p.TransferMethod != nil || p.Protocol != nil
}

func (p mediaPatch) request(image string) control.InsertRequest {
	r := control.InsertRequest{
		Image: image, UserName: deref(p.UserName), Password: deref(p.Password), Inserted: p.Inserted,
		WriteProtected: p.WriteProtected, VerifyCertificate: p.VerifyCertificate,
	}
	if p.Protocol != nil {
		r.Protocol = *p.Protocol
	}
	return r
}
