package api

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// systemView is a hawkfish.System as callers see it (DSP0268, ComputerSystem).
type systemView struct {
	ID            string             `json:"Id"`
	Name          string             `json:"Name"`
	UUID          string             `json:"UUID"`
	SystemType    schemas.SystemType `json:"SystemType"`
	Manufacturer  string             `json:"Manufacturer"`
	Model         string             `json:"Model"`
	AssetTag      string             `json:"AssetTag"`
	PowerState    schemas.PowerState `json:"PowerState"`
	Status        status             `json:"Status"`
	Processors    processorSummary   `json:"ProcessorSummary"`
	Memory        memorySummary      `json:"MemorySummary"`
	Boot          bootView           `json:"Boot"`
	VirtualMedia  *redfish.Link      `json:"VirtualMedia,omitempty"`
	LastResetTime *time.Time         `json:"LastResetTime,omitempty"`
	SerialConsole serialConsole      `json:"SerialConsole"`
	Bios          *redfish.Link      `json:"Bios,omitempty"`
	SecureBoot    *redfish.Link      `json:"SecureBoot,omitempty"`
	LogServices   *redfish.Link      `json:"LogServices,omitempty"`
	Links         systemLinks        `json:"Links"`

	powerView
	systemParts
}

type processorSummary struct {
	Count                 int    `json:"Count"`
	CoreCount             int    `json:"CoreCount"`
	LogicalProcessorCount int    `json:"LogicalProcessorCount"`
	Model                 string `json:"Model,omitempty"`
}

type memorySummary struct {
	// GiB has fractions: a small guest must not read as one without memory.
	GiB float64 `json:"TotalSystemMemoryGiB"`
}

// serialConsole says that nobody can type into the guest yet; what it prints is in the Oem SerialLog.
type serialConsole struct {
	SSH struct {
		ServiceEnabled bool `json:"ServiceEnabled"`
	} `json:"SSH"`
}

type systemLinks struct {
	Chassis   []redfish.Link `json:"Chassis,omitempty"`
	ManagedBy []redfish.Link `json:"ManagedBy,omitempty"`
	Trusted   []redfish.Link `json:"TrustedComponents,omitempty"`
}

// systemOem is what only HawkFish knows of a system.
type systemOem struct {
	Type      string               `json:"@odata.type"`
	Phase     hawkfish.SystemPhase `json:"Phase"`
	Host      string               `json:"Host,omitempty"`
	Project   string               `json:"Project"`
	Image     string               `json:"Image,omitempty"`
	DiskGiB   int64                `json:"DiskGiB"`
	Network   string               `json:"Network,omitempty"`
	MAC       string               `json:"MAC,omitempty"`
	Boot      systemBoot           `json:"Boot"`
	SerialLog *redfish.Link        `json:"SerialLog,omitempty"`
	Metrics   *redfish.Link        `json:"Metrics,omitempty"`
	// PowerCause says why PowerState is what it is.
	PowerCause hawkfish.PowerCause `json:"PowerCause,omitempty"`
	Adopted    *adoptedView        `json:"Adopted,omitempty"` // of a system that HawkFish has not made
	Labels     map[string]string   `json:"Labels"`
	systemSize

	AdditionalInterfaces []nicView       `json:"AdditionalInterfaces"`
	CloudInit            cloudInitView   `json:"CloudInit"`
	Placement            *placementView  `json:"Placement,omitempty"`
	DirectBoot           *directBootView `json:"DirectBoot,omitempty"`
}

// systemBoot is what a system boots from when nothing overrides it.
type systemBoot struct {
	Primary  schemas.BootSource             `json:"Primary"`
	Firmware schemas.BootSourceOverrideMode `json:"Firmware"`
}

// processorsOf counts sockets, cores and threads, as the guest sees them.
func processorsOf(s hawkfish.System) processorSummary {
	t := s.Topology()
	return processorSummary{Count: t.Sockets, CoreCount: t.Sockets * t.Cores, LogicalProcessorCount: s.CPUs}
}

// systemStatus says how a system fares in each phase of its life.
var systemStatus = map[hawkfish.SystemPhase]status{
	hawkfish.PhaseProvisioning: {schemas.StateStarting, schemas.HealthOK},
	hawkfish.PhaseReady:        {schemas.StateEnabled, schemas.HealthOK},
	hawkfish.PhaseDeleting:     {schemas.StateDisabled, schemas.HealthOK},
	hawkfish.PhaseLost:         {schemas.StateAbsent, schemas.HealthCritical},
}

// systemPatch holds the writable properties of a ComputerSystem.
type systemPatch struct {
	AssetTag *string    `json:"AssetTag" validate:"max=255" null:"clears"`
	Boot     *bootPatch `json:"Boot"`

	PowerRestorePolicy *schemas.PowerRestorePolicyTypes `json:"PowerRestorePolicy"`
	HostName           *string                          `json:"HostName" validate:"max=253" null:"clears"`
	Oem                *systemPatchOem                  `json:"Oem"`
}

// apply changes a system that is on a host.
func (p systemPatch) apply(on hawkfish.Host) hawkfish.SystemChange {
	return func(s *hawkfish.System) error {
		if p.AssetTag != nil {
			s.AssetTag = *p.AssetTag
		}
		if p.HostName != nil {
			s.Machine.HostName = *p.HostName
		}
		if p.PowerRestorePolicy != nil {
			s.Machine.PowerRestore = *p.PowerRestorePolicy
		}
		return errors.Join(checkHostName(p.HostName), p.Oem.apply(s, on), p.Boot.apply(s, on.Modes()))
	}
}

func systems(c *control.Control) []redfish.Resource {
	reset := redfish.Do("Reset", func(ctx context.Context, req *redfish.Request, s hawkfish.System, p control.ResetRequest) (redfish.Result, error) {
		return accepted(c.ResetSystem(ctx, asked(req), s, p))
	})
	system := redfish.Define(redfish.Spec[systemView, hawkfish.System]{
		Type:     schemas.TypeComputerSystem,
		Path:     "/redfish/v1/Systems/{id}",
		Load:     findSystem(c),
		Key:      systemKey,
		Project:  func(s hawkfish.System) string { return s.ProjectID },
		Show:     showSystem,
		Oem:      showSystemOem,
		Revision: func(s hawkfish.System) int64 { return s.Revision },
		Patch: redfish.Writable(func(ctx context.Context, req *redfish.Request, s hawkfish.System, p systemPatch) (hawkfish.System, error) {
			on, err := c.HostOf(ctx, s)
			if err == nil {
				err = errors.Join(p.Oem.seal(c, s), p.Oem.place(req))
			}
			if err != nil {
				return s, err
			}
			return c.ConfigureSystem(ctx, asked(req), s, req.Expects(s.Revision), p.apply(on))
		}),
		Delete: func(ctx context.Context, req *redfish.Request, s hawkfish.System) (redfish.Result, error) {
			return accepted(c.DeleteSystem(ctx, asked(req), s))
		},
		Actions: slices.Concat(
			[]redfish.ActionOf[hawkfish.System]{redfish.Hinting(reset, "ResetType", acceptedResets), defaultBootOrder(c), migrate(c)},
			directBootActions(c),
		),
	})
	return append([]redfish.Resource{systemCollection(c), system, serialLog(c)}, bootOptions(c)...)
}

// findSystem loads the system that a URI names, by its UUID or by its name.
func findSystem(c *control.Control) func(context.Context, *redfish.Request) (hawkfish.System, error) {
	return func(ctx context.Context, req *redfish.Request) (hawkfish.System, error) {
		return c.FindSystem(ctx, req.Scope(), req.Var("id"))
	}
}

func systemKey(s hawkfish.System) string { return s.ID }

func showSystem(to redfish.Links, s hawkfish.System) systemView {
	now := s.Now()
	v := systemView{
		ID: s.ID, Name: s.Name, UUID: s.ID, SystemType: schemas.SystemTypeVirtual,
		Manufacturer: vendor, Model: "Virtual Machine", AssetTag: s.AssetTag,
		PowerState: s.PowerState, powerView: showPower(s), Status: statusOf(s),
		Processors: processorsOf(now),
		Memory:     memorySummary{GiB: float64(now.MemoryMiB) / 1024},
		Boot:       showBoot(to, s),

		LogServices: to.To("ComputerSystemLogServiceCollection", s.ID),
	}
	v.VirtualMedia = to.To("VirtualMediaCollection", s.ID)
	v.showParts(to, s)
	if !s.LastReset.IsZero() {
		at := s.LastReset.UTC().Truncate(time.Second)
		v.LastResetTime = &at
	}
	v.Bios, v.SecureBoot = to.To("Bios", s.ID), to.To("SecureBoot", s.ID)
	if chassis := to.To("Chassis", s.ID); chassis != nil {
		v.Links.Chassis = []redfish.Link{*chassis}
	}
	if component := to.To("TrustedComponent", s.ID+"/"+tpm); component != nil && hasTPM(s) {
		v.Links.Trusted = []redfish.Link{*component}
	}
	if manager := to.To("Manager", s.ID); manager != nil {
		v.Links.ManagedBy = []redfish.Link{*manager}
	}
	return v
}

func showSystemOem(to redfish.Links, s hawkfish.System) any {
	return systemOem{
		Type: "#HawkFishComputerSystem.v1_0_0.HawkFishComputerSystem", Phase: s.Phase, Host: s.HostID, Project: s.ProjectID,
		Image: s.ImageID, DiskGiB: s.DiskGiB, Network: s.Network, MAC: s.MAC,
		Boot: systemBoot{Primary: s.Machine.Boot.Primary, Firmware: s.Machine.Mode()}, SerialLog: to.To("HawkFishSerialLog", s.ID),
		Metrics:    to.To("HawkFishMetrics", s.ID),
		PowerCause: s.PowerCause, Adopted: showAdopted(s), Labels: labelled(s.Labels), systemSize: showSize(s), AdditionalInterfaces: showNICs(s.Machine.NICs),
		CloudInit: cloudInitView{Present: s.Machine.CloudInit != nil}, Placement: showPlacement(s.Placement), DirectBoot: showDirectBoot(s.Machine),
	}
}
