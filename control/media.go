package control

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// InsertRequest asks for a medium in a drive.
type InsertRequest struct {
	Image              string                       // where it is fetched from
	UserName, Password string                       // at that server; empty: none
	Inserted           *bool                        // nil: true
	WriteProtected     *bool                        // nil: true
	Protocol           schemas.TransferProtocolType // empty: that of Image
	VerifyCertificate  *bool                        // nil: as the drive is set
}

// InsertMedia opens a task that fetches an image file and puts it into a drive. Everything wrong with the request is in
// the error at once. Conflict when another image is in the drive already; where other tasks of the system may change
// that, the task itself looks when its turn comes.
func (c *Control) InsertMedia(ctx context.Context, asked Asked, s hawkfish.System, slot hawkfish.MediaSlot, req InsertRequest) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	drive := s.Machine.Media[slot]
	in := hawkfish.Insertion{
		SystemID: s.ID, Slot: slot, URL: req.Image, UserName: req.UserName,
		Unverified: drive.Unverified, Out: req.Inserted != nil && !*req.Inserted,
	}
	if req.VerifyCertificate != nil {
		in.Unverified = !*req.VerifyCertificate
	}
	err := c.checkInsertion(req)
	if err == nil {
		err = c.seal(&in, req.Password)
	}
	if err != nil {
		return hawkfish.Task{}, err
	}
	target := systemTarget(s)
	if drive.Inserted() && drive.Medium.URL != req.Image && slices.Contains(hawkfish.MediaSlots, slot) {
		_, busy, err := c.TaskHolding(ctx, target)
		if err == nil && !busy {
			err = &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "VirtualMedia", ID: string(slot), Message: "another image is inserted; eject it first"}
		}
		if err != nil {
			return hawkfish.Task{}, err
		}
	}
	t, err := newTask(asked, s.ProjectID, hawkfish.OpInsertMedia, target, in)
	if err != nil {
		return hawkfish.Task{}, err
	}
	return c.opened(c.OpenTask(ctx, t))
}

// protocols says what the schemes of URLs are called.
var protocols = map[string]schemas.TransferProtocolType{
	"http": schemas.TransferProtocolTypeHTTP, "https": schemas.TransferProtocolTypeHTTPS,
}

// ProtocolOf is how an image is transferred; empty: from the host's own folders.
func ProtocolOf(image string) schemas.TransferProtocolType {
	scheme, _, _ := strings.Cut(image, ":")
	return protocols[strings.ToLower(scheme)]
}

func (c *Control) checkInsertion(req InsertRequest) error {
	var faults []error
	for _, fault := range hawkfish.Faults(c.CheckURL(req.Image)) {
		told := *fault
		told.Property = "/Image"
		faults = append(faults, &told)
	}
	if faults == nil && req.Protocol != "" && req.Protocol != ProtocolOf(req.Image) {
		faults = append(faults, hawkfish.Refused("/TransferProtocolType", string(req.Protocol), "the image's URL is of another protocol"))
	}
	if req.WriteProtected != nil && !*req.WriteProtected {
		faults = append(faults, hawkfish.Refused("/WriteProtected", "false", "media are write-protected: systems share them"))
	}
	if req.Password != "" && req.UserName == "" {
		faults = append(faults, hawkfish.Refused("/UserName", "", "a password goes with a user name"))
	}
	if strings.Contains(req.UserName, ":") {
		faults = append(faults, hawkfish.Refused("/UserName", req.UserName, "a user name holds no colon"))
	}
	return errors.Join(faults...)
}

// seal puts the password where only the host that fetches the image can read it.
func (c *Control) seal(in *hawkfish.Insertion, password string) error {
	if password == "" {
		return nil
	}
	sealed, err := c.Seal(password, in.SecretLabel())
	if err != nil {
		return err
	}
	in.Password = &sealed
	return nil
}

// EjectMedia opens a task that empties a drive. One that is empty already is a task that succeeds.
func (c *Control) EjectMedia(ctx context.Context, asked Asked, s hawkfish.System, slot hawkfish.MediaSlot) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	t, err := newTask(asked, s.ProjectID, hawkfish.OpEjectMedia, systemTarget(s), hawkfish.Ejection{SystemID: s.ID, Slot: slot})
	if err != nil {
		return hawkfish.Task{}, err
	}
	return c.opened(c.OpenTask(ctx, t))
}

// Drive looks a system's drive up as it is for whoever asks next: one that is being emptied, or will be, is empty already.
// What is inserted comes behind.
func (c *Control) Drive(ctx context.Context, s hawkfish.System, slot hawkfish.MediaSlot) (d Drive, err error) {
	d = Drive{System: s, Slot: slot}
	if s.Machine.Media[slot].Medium == nil {
		return d, nil
	}
	if d.emptied, err = c.Ejecting(ctx, s.ID, slot); d.emptied {
		d.Machine = d.Machine.WithMedium(slot, nil)
	}
	return d, err
}

// Drive is a drive of a system.
type Drive struct {
	hawkfish.System
	Slot    hawkfish.MediaSlot
	emptied bool // it is empty before the system says so
}

// Revision changes with the system, and when an ejection is accepted.
func (d Drive) Revision() int64 {
	if d.emptied {
		return -d.System.Revision
	}
	return d.System.Revision
}

// VerifyMedia changes whether the certificates of servers are verified that a drive's media are fetched from.
func (c *Control) VerifyMedia(ctx context.Context, asked Asked, s hawkfish.System, revision int64, slot hawkfish.MediaSlot, verify bool) (hawkfish.System, error) {
	return c.ConfigureSystem(ctx, asked, s, revision, func(s *hawkfish.System) error {
		drive := s.Machine.Media[slot]
		drive.Unverified = !verify
		s.Machine = s.Machine.WithDrive(slot, drive)
		return nil
	})
}

// ImageName is what an image is called for short: the last part of its URL's path.
func ImageName(image string) string {
	u, err := url.Parse(image)
	if err != nil {
		return ""
	}
	return u.Path[strings.LastIndexByte(u.Path, '/')+1:]
}
