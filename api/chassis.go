package api

import (
	"cmp"
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// chassisView is a Chassis (DSP0268) as callers see it: what a system is in, or the machine that hosts run on.
type chassisView struct {
	ID           string              `json:"Id"`
	Name         string              `json:"Name"` // of a system's, the system's: clients select it by name
	ChassisType  schemas.ChassisType `json:"ChassisType"`
	Manufacturer string              `json:"Manufacturer"`
	Model        string              `json:"Model"`
	SerialNumber string              `json:"SerialNumber,omitempty"`
	SKU          string              `json:"SKU,omitempty"`
	AssetTag     string              `json:"AssetTag,omitempty"`
	PowerState   schemas.PowerState  `json:"PowerState"`
	Status       status              `json:"Status"`
	Adapters     *redfish.Link       `json:"NetworkAdapters,omitempty"`
	PCIeDevices  *redfish.Link       `json:"PCIeDevices,omitempty"`
	Drives       *redfish.Link       `json:"Drives,omitempty"`
	Trusted      *redfish.Link       `json:"TrustedComponents,omitempty"`
	Links        chassisLinks        `json:"Links"`
	hostParts
}

// hostParts lead to what only hosts have.
type hostParts struct {
	Sensors     *redfish.Link `json:"Sensors,omitempty"`
	Environment *redfish.Link `json:"EnvironmentMetrics,omitempty"`
	Thermal     *redfish.Link `json:"ThermalSubsystem,omitempty"`
	Power       *redfish.Link `json:"PowerSubsystem,omitempty"`
}

type chassisLinks struct {
	Systems     []redfish.Link `json:"ComputerSystems"`
	ManagedBy   []redfish.Link `json:"ManagedBy"`
	ContainedBy *redfish.Link  `json:"ContainedBy,omitempty"`
}

// chassisState is that of a system or, without one, of a host.
type chassisState struct {
	system hawkfish.System
	host   hostState
}

func (s chassisState) key() string {
	if s.system.ID == "" {
		return s.host.ID
	}
	return s.system.ID
}

func chassis(c *control.Control) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeChassisCollection,
		Title: "Chassis",
		Path:  "/redfish/v1/Chassis",
		Of:    "Chassis",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			hosts, err := c.ListHosts(ctx)
			if err != nil {
				return nil, 0, err
			}
			return behind(ctx, c, req, redfish.Keys(hosts, func(h hawkfish.Host) string { return h.ID }), page)
		},
	})
	one := redfish.Define(redfish.Spec[chassisView, chassisState]{
		Type:     schemas.TypeChassis,
		Path:     "/redfish/v1/Chassis/{id}",
		Load:     findChassis(c),
		Key:      chassisState.key,
		Project:  func(s chassisState) string { return s.system.ProjectID },
		Revision: func(s chassisState) int64 { return s.system.Revision }, // a host falls silent by itself
		Show:     showChassis,
	})
	return append([]redfish.Resource{collection, one}, hostSensors(c)...)
}

// findChassis takes a host's ID, or what names a system. Systems are linked to by their UUIDs, which no host has.
func findChassis(c *control.Control) func(context.Context, *redfish.Request) (chassisState, error) {
	find := findSystem(c)
	return func(ctx context.Context, req *redfish.Request) (chassisState, error) {
		h, err := c.FindHost(ctx, req.Var("id"))
		if err == nil {
			return chassisState{host: hostAsSeen(h)}, nil
		}
		if hawkfish.KindOf(err) != hawkfish.NotFound {
			return chassisState{}, err
		}
		s, err := find(ctx, req)
		return chassisState{system: s}, err
	}
}

func showChassis(to redfish.Links, s chassisState) chassisView {
	v := chassisView{ID: s.key(), Links: chassisLinks{Systems: []redfish.Link{}, ManagedBy: []redfish.Link{}}}
	if s.system.ID == "" {
		state := s.host.shown()
		v.Name, v.ChassisType, v.Status, v.PowerState = s.host.ID, schemas.ChassisTypeRackMount, hostStatus[state], schemas.PowerStateOn
		is := s.host.Facts.Hardware
		v.Manufacturer, v.Model = cmp.Or(is.Manufacturer, "Unknown"), cmp.Or(is.Model, s.host.Facts.CPUModel)
		v.SerialNumber, v.SKU, v.AssetTag = is.SerialNumber, is.SKU, is.AssetTag
		v.hostParts = hostParts{
			to.To("SensorCollection", s.host.ID), to.To("EnvironmentMetrics", s.host.ID),
			to.To("ThermalSubsystem", s.host.ID), to.To("PowerSubsystem", s.host.ID),
		}
		v.Links.ManagedBy = append(v.Links.ManagedBy, *to.To("Manager", serviceManager))
		return v
	}
	v.Name, v.ChassisType, v.Status, v.PowerState = s.system.Name, schemas.ChassisTypeStandAlone, statusOf(s.system), s.system.PowerState
	v.Manufacturer, v.Model = vendor, "Virtual Machine"
	v.SerialNumber, v.AssetTag = s.system.ID, s.system.AssetTag // as its SMBIOS tables say
	v.Adapters, v.PCIeDevices = to.To("NetworkAdapterCollection", s.system.ID), to.To("PCIeDeviceCollection", s.system.ID)
	v.Drives, v.Trusted = to.To("DriveCollection", s.system.ID), to.To("TrustedComponentCollection", s.system.ID)
	v.Links.Systems = append(v.Links.Systems, *to.To("ComputerSystem", s.system.ID))
	v.Links.ManagedBy = append(v.Links.ManagedBy, *to.To("Manager", s.system.ID))
	if s.system.HostID != "" {
		v.Links.ContainedBy = to.To("Chassis", s.system.HostID)
	}
	return v
}
