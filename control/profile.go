package control

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// minProfileMemoryMiB is the least that a profile gives: it is meant for guests that do something.
const minProfileMemoryMiB = 128

var profileName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$`)

// AddProfile makes a profile; its project is named by ID or name, empty: the default project.
func (c *Control) AddProfile(ctx context.Context, asked Asked, p hawkfish.Profile) (hawkfish.Profile, error) {
	project, err := c.projectFor(ctx, asked, p.ProjectID)
	_, imageErr := c.imageFor(ctx, asked.By.Scope, p.Image)
	if err := errors.Join(checkProfile(p), imageErr, err); err != nil {
		return p, err
	}
	p.ProjectID = project.ID
	return c.CreateProfile(ctx, p)
}

// ChangeProfile changes a profile. Systems that have been made from it stay as they are.
func (c *Control) ChangeProfile(ctx context.Context, asked Asked, p hawkfish.Profile, revision int64, change hawkfish.ProfileChange) (hawkfish.Profile, error) {
	checked := func(p *hawkfish.Profile) error {
		if err := change(p); err != nil {
			return err
		}
		return checkProfile(*p)
	}
	after := p
	faults := checked(&after)
	if after.Image != p.Image { // one that was there when the profile was made may be gone by now
		_, err := c.imageFor(ctx, asked.By.Scope, after.Image)
		faults = errors.Join(faults, err)
	}
	if faults != nil {
		return p, faults
	}
	return c.UpdateProfile(ctx, asked.By.Scope, p.ID, revision, checked)
}

// checkProfile finds everything in a profile that no system can have.
func checkProfile(p hawkfish.Profile) error {
	var faults []error
	if !profileName.MatchString(p.Name) {
		faults = append(faults, hawkfish.Refused("/Name", p.Name, "it must be letters, digits, dots, hyphens and underscores, at most 63, the first a letter or a digit"))
	}
	for _, amount := range []struct {
		property           string
		value, least, most int64
	}{
		{"/CPU", int64(p.CPUs), 1, maxCPUs}, {"/MemoryMiB", p.MemoryMiB, minProfileMemoryMiB, maxMemoryMiB}, {"/DiskGiB", p.DiskGiB, 1, maxDiskGiB},
	} {
		if amount.value != 0 && (amount.value < amount.least || amount.value > amount.most) {
			faults = append(faults, hawkfish.Refused(amount.property, strconv.FormatInt(amount.value, 10), fmt.Sprintf("it must be from %d to %d", amount.least, amount.most)))
		}
	}
	switch p.Primary {
	case "", schemas.BootSourceHdd, schemas.BootSourcePxe, schemas.BootSourceCd:
	default:
		faults = append(faults, hawkfish.Refused("/Boot/Primary", string(p.Primary), "a system boots from Hdd, Pxe or Cd"))
	}
	return errors.Join(faults...)
}

// withProfile fills in what a request leaves to its profile. Without a project, the system belongs to the profile's.
func (c *Control) withProfile(ctx context.Context, asked Asked, req ProvisionRequest) (ProvisionRequest, error) {
	if req.Profile == "" {
		return req, nil
	}
	scope := asked.By.Scope
	if req.Project != "" {
		project, err := c.projectFor(ctx, asked, req.Project)
		if err != nil {
			return req, err
		}
		scope = hawkfish.Scope{Projects: []string{project.ID}}
	}
	p, err := c.profileFor(ctx, scope, req.Profile, "/Oem/HawkFish/Profile")
	if err != nil {
		return req, err
	}
	return of(p, req), nil
}

// profileFor finds the profile that a property of a request names.
func (c *Control) profileFor(ctx context.Context, scope hawkfish.Scope, ref, property string) (hawkfish.Profile, error) {
	p, err := c.FindProfile(ctx, scope, ref)
	switch hawkfish.KindOf(err) {
	case hawkfish.NotFound:
		return p, hawkfish.Refused(property, ref, "there is no such profile")
	case hawkfish.Conflict:
		return p, hawkfish.Refused(property, ref, "several projects have a profile of this name; say its Id")
	}
	return p, err
}

// of is a request with what it leaves out taken from a profile.
func of(p hawkfish.Profile, req ProvisionRequest) ProvisionRequest {
	setDefault(&req.CPUs, p.CPUs)
	setDefault(&req.MemoryMiB, p.MemoryMiB)
	setDefault(&req.DiskGiB, p.DiskGiB)
	setDefault(&req.Image, p.Image)
	setDefault(&req.Network, p.Network)
	setDefault(&req.Primary, p.Primary)
	setDefault(&req.Firmware, p.Firmware)
	setDefault(&req.Project, p.ProjectID)
	return req
}
