package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// newSystem is what it takes to provision a system. What is left out gets a default (control.ProvisionRequest).
type newSystem struct {
	Name      string         `json:"Name" validate:"required,min=1,max=63"`
	CPU       int            `json:"CPU" validate:"min=1,max=512"`
	MemoryMiB int64          `json:"MemoryMiB" validate:"min=16,max=16777216"`
	DiskGiB   int64          `json:"DiskGiB" validate:"min=1,max=65536"`
	Image     string         `json:"Image" validate:"max=300"`
	Network   string         `json:"Network" validate:"max=255"`
	Boot      *newSystemBoot `json:"Boot"`
	Project   string         `json:"Project" validate:"max=255"`
	Oem       *newSystemOem  `json:"Oem"`
}

type newSystemOem struct {
	HawkFish *newSystemProfile `json:"HawkFish"`
}

// newSystemProfile names the profile that says what is left out, and brings what cloud-init is to find.
type newSystemProfile struct {
	Profile   string         `json:"Profile" validate:"max=255"`
	CloudInit *cloudInit     `json:"CloudInit"`
	Placement *placementView `json:"Placement"`
}

type newSystemBoot struct {
	Primary  primaryBoot                    `json:"Primary"`
	Firmware schemas.BootSourceOverrideMode `json:"Firmware"`
}

// primaryBoot is what a system can boot from when nothing overrides it.
type primaryBoot schemas.BootSource

// Values lists the sources, in the order of the standard.
func (primaryBoot) Values() []string {
	return []string{string(schemas.BootSourcePxe), string(schemas.BootSourceCd), string(schemas.BootSourceHdd)}
}

func systemCollection(c *control.Control) redfish.Resource {
	return redfish.Collection(redfish.CollectionSpec{
		Type:      schemas.TypeComputerSystemCollection,
		Title:     "Computer Systems",
		Path:      "/redfish/v1/Systems",
		Of:        "ComputerSystem",
		InProject: true,
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			if filter := systemFilter(req); filter != (hawkfish.SystemFilter{}) {
				return c.SystemIDsWith(ctx, req.Scope(), filter, page)
			}
			return c.SystemIDs(ctx, req.Scope(), page)
		},
		Filters: systemFilters,
		Create: redfish.Creates(func(ctx context.Context, req *redfish.Request, p newSystem) (redfish.Result, error) {
			wish := control.ProvisionRequest{
				Name: p.Name, CPUs: p.CPU, MemoryMiB: p.MemoryMiB, DiskGiB: p.DiskGiB,
				Image: p.Image, Network: p.Network, Project: p.Project,
			}
			if p.Boot != nil {
				wish.Primary, wish.Firmware = schemas.BootSource(p.Boot.Primary), p.Boot.Firmware
			}
			if p.Oem != nil && p.Oem.HawkFish != nil {
				wish.Profile = p.Oem.HawkFish.Profile
				if seed := p.Oem.HawkFish.CloudInit; seed != nil {
					wish.CloudInit = seed.noun()
				}
				placed, err := p.Oem.HawkFish.Placement.noun(req, placementAt)
				if err != nil {
					return redfish.Result{}, err
				}
				wish.Placement = placed
			}
			return accepted(c.ProvisionSystem(ctx, asked(req), wish))
		}),
	})
}

// systemFilters are the properties of systems that the database narrows a list by.
var systemFilters = []string{"Name", "AssetTag", "PowerState", "Oem/HawkFish/Phase", "Oem/HawkFish/Host", "Oem/HawkFish/Project"}

func systemFilter(req *redfish.Request) hawkfish.SystemFilter {
	return hawkfish.SystemFilter{
		Name: req.Wants("Name"), AssetTag: req.Wants("AssetTag"),
		Power:  (*schemas.PowerState)(req.Wants("PowerState")),
		Phase:  (*hawkfish.SystemPhase)(req.Wants("Oem/HawkFish/Phase")),
		HostID: req.Wants("Oem/HawkFish/Host"), ProjectID: req.Wants("Oem/HawkFish/Project"),
	}
}
