package api

import (
	"context"
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// profileView is a profile as callers see it. What it says nothing of is absent.
type profileView struct {
	ID        string            `json:"Id"`
	Name      string            `json:"Name"`
	CPU       int               `json:"CPU,omitempty"`
	MemoryMiB int64             `json:"MemoryMiB,omitempty"`
	DiskGiB   int64             `json:"DiskGiB,omitempty"`
	Image     string            `json:"Image,omitempty"`
	Network   string            `json:"Network,omitempty"`
	Boot      *profileBoot      `json:"Boot,omitempty"`
	Labels    map[string]string `json:"Labels"`
	Project   string            `json:"Project"`
}

type profileBoot struct {
	Primary  primaryBoot                    `json:"Primary,omitempty"`
	Firmware schemas.BootSourceOverrideMode `json:"Firmware,omitempty"`
}

// newProfile is what it takes to make a profile.
type newProfile struct {
	Name      string          `json:"Name" validate:"required,min=1,max=63"`
	CPU       int             `json:"CPU" validate:"min=1,max=512"`
	MemoryMiB int64           `json:"MemoryMiB" validate:"min=128,max=16777216"`
	DiskGiB   int64           `json:"DiskGiB" validate:"min=1,max=65536"`
	Image     string          `json:"Image" validate:"max=300"`
	Network   string          `json:"Network" validate:"max=255"`
	Boot      *newSystemBoot  `json:"Boot"`
	Labels    json.RawMessage `json:"Labels"`
	Project   string          `json:"Project" validate:"max=255"`
}

// profilePatch holds the writable properties of a profile. null leaves a value to who makes a system.
type profilePatch struct {
	Name      *string          `json:"Name" validate:"min=1,max=63"`
	CPU       *int             `json:"CPU" validate:"min=1,max=512" null:"clears"`
	MemoryMiB *int64           `json:"MemoryMiB" validate:"min=128,max=16777216" null:"clears"`
	DiskGiB   *int64           `json:"DiskGiB" validate:"min=1,max=65536" null:"clears"`
	Image     *string          `json:"Image" validate:"max=300" null:"clears"`
	Network   *string          `json:"Network" validate:"max=255" null:"clears"`
	Boot      profileBootPatch `json:"Boot"`
	Labels    json.RawMessage  `json:"Labels"`
}

type profileBootPatch struct {
	Primary  *primaryBoot                    `json:"Primary" null:"clears"`
	Firmware *schemas.BootSourceOverrideMode `json:"Firmware" null:"clears"`
}

func profiles(c *control.Control) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:      "#HawkFishProfileCollection.HawkFishProfileCollection",
		Name:      "ProfileCollection",
		Title:     "Profiles",
		Path:      "/redfish/v1/Oem/HawkFish/Profiles",
		Like:      "ProfileCollection",
		Of:        "Profile",
		InProject: true,
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			found, total, err := c.ListProfiles(ctx, req.Scope(), page)
			return redfish.Keys(found, profileKey), total, err
		},
		Create: redfish.Creates(func(ctx context.Context, req *redfish.Request, p newProfile) (redfish.Result, error) {
			labels, err := labelsOf(p.Labels)
			if err != nil {
				return redfish.Result{}, err
			}
			made := hawkfish.Profile{
				ProjectID: p.Project, Name: p.Name, CPUs: p.CPU, MemoryMiB: p.MemoryMiB, DiskGiB: p.DiskGiB,
				Image: p.Image, Network: p.Network, Labels: labels,
			}
			if p.Boot != nil {
				made.Primary, made.Firmware = schemas.BootSource(p.Boot.Primary), p.Boot.Firmware
			}
			made, err = c.AddProfile(ctx, asked(req), made)
			return redfish.Created("Profile", made), err
		}),
	})
	profile := redfish.Define(redfish.Spec[profileView, hawkfish.Profile]{
		Type: "#HawkFishProfile.v1_0_0.HawkFishProfile",
		Name: "Profile",
		Path: "/redfish/v1/Oem/HawkFish/Profiles/{id}",
		Like: "Profile",
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.Profile, error) {
			return c.FindProfile(ctx, req.Scope(), req.Var("id"))
		},
		Key:      profileKey,
		Project:  func(p hawkfish.Profile) string { return p.ProjectID },
		Revision: func(p hawkfish.Profile) int64 { return p.Revision },
		Show:     showProfile,
		Patch: redfish.Writable(func(ctx context.Context, req *redfish.Request, p hawkfish.Profile, patch profilePatch) (hawkfish.Profile, error) {
			labels, err := labelsOf(patch.Labels)
			if err != nil {
				return p, err
			}
			return c.ChangeProfile(ctx, asked(req), p, req.Expects(p.Revision), patch.change(labels))
		}),
		Delete: func(ctx context.Context, req *redfish.Request, p hawkfish.Profile) (redfish.Result, error) {
			return redfish.Done(), c.DeleteProfile(ctx, req.Scope(), p.ID, req.Expects(p.Revision))
		},
	})
	return []redfish.Resource{collection, profile}
}

func (patch profilePatch) change(labels map[string]string) hawkfish.ProfileChange {
	return func(p *hawkfish.Profile) error {
		set(&p.Name, patch.Name)
		set(&p.CPUs, patch.CPU)
		set(&p.MemoryMiB, patch.MemoryMiB)
		set(&p.DiskGiB, patch.DiskGiB)
		set(&p.Image, patch.Image)
		set(&p.Network, patch.Network)
		set(&p.Primary, (*schemas.BootSource)(patch.Boot.Primary))
		set(&p.Firmware, patch.Boot.Firmware)
		if labels != nil {
			p.Labels = labels
		}
		return nil
	}
}

func profileKey(p hawkfish.Profile) string { return p.ID }

func showProfile(_ redfish.Links, p hawkfish.Profile) profileView {
	v := profileView{
		ID: p.ID, Name: p.Name, CPU: p.CPUs, MemoryMiB: p.MemoryMiB, DiskGiB: p.DiskGiB,
		Image: p.Image, Network: p.Network, Labels: p.Labels, Project: p.ProjectID,
	}
	if p.Primary != "" || p.Firmware != "" {
		v.Boot = &profileBoot{primaryBoot(p.Primary), p.Firmware}
	}
	if v.Labels == nil {
		v.Labels = map[string]string{}
	}
	return v
}
