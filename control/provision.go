package control

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/deletion"
)

// ProvisionRequest asks for a new system.
type ProvisionRequest struct {
	Name      string                         // 1-63 characters of a host name (RFC 1123)
	CPUs      int                            // 0: 1
	MemoryMiB int64                          // 0: 512
	DiskGiB   int64                          // 0: as large as the image, at least 1
	Image     string                         // see hawkfish.Images.FindImage; empty: a blank disk
	Network   string                         // empty: "default"; "none": no interface
	Primary   schemas.BootSource             // empty: Hdd
	Firmware  schemas.BootSourceOverrideMode // empty: Legacy
	Project   string                         // ID or name; empty: the profile's, or the default project
	CloudInit hawkfish.Seed                  // zero: none
	Profile   string                         // ID or name; says what the fields above leave out
	Placement hawkfish.Placement
}

// What a system may have. The host decides what of it fits.
const (
	maxCPUs      = hawkfish.MaxCPUs
	minMemoryMiB = 16
	maxMemoryMiB = 16 << 20
	maxDiskGiB   = 64 << 10

	defaultMemoryMiB = 512
	defaultNetwork   = "default"
	noNetwork        = "none"
)

var hostName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)

// ProvisionSystem stores a system and opens the task that makes it. Everything wrong with the
// request is in the error at once (hawkfish.Faults).
func (c *Control) ProvisionSystem(ctx context.Context, asked Asked, req ProvisionRequest) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	req, err := c.withProfile(ctx, asked, req)
	if err != nil {
		return hawkfish.Task{}, err
	}
	s, image, err := c.plan(ctx, asked, req)
	if err != nil {
		return hawkfish.Task{}, err
	}
	t, err := newTask(asked, s.ProjectID, hawkfish.OpProvision, systemTarget(s), hawkfish.NewGuest(s, image))
	if err != nil {
		return hawkfish.Task{}, err
	}
	return c.opened(c.CreateSystem(ctx, s, t))
}

// plan turns a request into a system, or into everything that is wrong with it.
func (c *Control) plan(ctx context.Context, asked Asked, req ProvisionRequest) (hawkfish.System, hawkfish.Image, error) {
	var faults []error
	refuse := func(property, value, why string) { faults = append(faults, hawkfish.Refused(property, value, why)) }
	within := func(property string, value, least, most int64) {
		if value < least || value > most {
			refuse(property, strconv.FormatInt(value, 10), fmt.Sprintf("it must be from %d to %d", least, most))
		}
	}

	id := uuid.New()
	s := hawkfish.System{
		ID: id.String(), Name: req.Name, Phase: hawkfish.PhaseProvisioning, Power: schemas.PowerStateOff,
		CPUs: max(req.CPUs, 0), MemoryMiB: req.MemoryMiB, DiskGiB: req.DiskGiB, Network: req.Network, MAC: macOf(id),
		Machine: hawkfish.Machine{Firmware: req.Firmware, Boot: hawkfish.Boot{Primary: req.Primary}},
	}
	setDefault(&s.CPUs, 1)
	setDefault(&s.MemoryMiB, defaultMemoryMiB)
	setDefault(&s.Network, defaultNetwork)
	setDefault(&s.Machine.Boot.Primary, schemas.BootSourceHdd)
	setDefault(&s.Machine.Firmware, schemas.BootSourceOverrideModeLegacy)
	if s.Network == noNetwork {
		s.Network = ""
	}

	if !hostName.MatchString(s.Name) {
		refuse("/Name", s.Name, "it must be a host name of letters, digits and inner hyphens, at most 63 characters")
	}
	within("/CPU", int64(s.CPUs), 1, maxCPUs)
	within("/MemoryMiB", s.MemoryMiB, minMemoryMiB, maxMemoryMiB)
	if s.DiskGiB != 0 {
		within("/DiskGiB", s.DiskGiB, 1, maxDiskGiB)
	}
	switch s.Machine.Boot.Primary {
	case schemas.BootSourceHdd, schemas.BootSourcePxe, schemas.BootSourceCd:
	default:
		refuse("/Boot/Primary", string(s.Machine.Boot.Primary), "a system boots from Hdd, Pxe or Cd")
	}

	s.Placement = req.Placement
	faults = append(faults, checkPlacement(s.Placement, "/Oem/HawkFish/Placement"))

	project, err := c.projectFor(ctx, asked, req.Project)
	faults = append(faults, err)
	s.ProjectID = project.ID

	image, err := c.imageFor(ctx, asked.By.Scope, req.Image)
	faults = append(faults, err)
	s.ImageID = image.ID
	least := max(1, (image.VirtualBytes+1<<30-1)>>30)
	setDefault(&s.DiskGiB, least)
	if s.DiskGiB < least {
		refuse("/DiskGiB", strconv.FormatInt(s.DiskGiB, 10), fmt.Sprintf("the image needs %d GiB", least))
	}
	s.Machine.CloudInit, err = c.SealSeed(s.ID, req.CloudInit)
	faults = append(faults, err)
	return s, image, errors.Join(faults...)
}

// projectFor finds the project that something new shall belong to. Denied where the caller may only look.
func (c *Control) projectFor(ctx context.Context, asked Asked, ref string) (hawkfish.Project, error) {
	setDefault(&ref, hawkfish.DefaultProject)
	p, err := c.FindProject(ctx, asked.By.Scope, ref)
	switch {
	case err != nil && hawkfish.KindOf(err) == hawkfish.NotFound:
		err = hawkfish.Refused("/Project", ref, "there is no such project")
	case err == nil && !asked.Within.Sees(p.ID):
		err = &hawkfish.Error{Kind: hawkfish.Denied, Resource: "Project", ID: p.ID, Message: "your role in project " + p.Name + " does not allow this"}
	}
	return p, err
}

func (c *Control) imageFor(ctx context.Context, scope hawkfish.Scope, ref string) (hawkfish.Image, error) {
	if ref == "" {
		return hawkfish.Image{}, nil
	}
	img, err := c.FindImage(ctx, scope, ref)
	switch {
	case err != nil && hawkfish.KindOf(err) == hawkfish.NotFound:
		err = hawkfish.Refused("/Image", ref, "there is no such image")
	case err == nil && img.Phase != hawkfish.ImageReady:
		err = hawkfish.Refused("/Image", ref, "the image is not ready: "+string(img.Phase))
	}
	return img, err
}

// DeleteSystem opens a task that removes a system with its disks, or releases an adopted one, of which all stays where it is.
func (c *Control) DeleteSystem(ctx context.Context, asked Asked, s hawkfish.System) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	open := c.deletion
	if s.Machine.Adopted != nil {
		open = c.release
	}
	t, err := open(asked, s)
	if err != nil {
		return hawkfish.Task{}, err
	}
	return c.opened(c.Store.DeleteSystem(ctx, t))
}

func (c *Control) deletion(asked Asked, s hawkfish.System) (hawkfish.Task, error) {
	return newTask(asked, s.ProjectID, hawkfish.OpDelete, systemTarget(s), deletion.System{ID: s.ID})
}

// macOf derives a system's address from its ID, in the range that QEMU's
// project uses (52:54:00), so that a system keeps it wherever it is made again.
func macOf(id uuid.UUID) string {
	sum := sha256.Sum256(id[:])
	return fmt.Sprintf("52:54:00:%02x:%02x:%02x", sum[0], sum[1], sum[2])
}

func setDefault[T comparable](value *T, standard T) {
	var zero T
	if *value == zero {
		*value = standard
	}
}
