package api

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// hostState is a host as seen at one moment.
type hostState struct {
	hawkfish.Host
	silent bool               // it says nothing, or cannot be asked
	token  hawkfish.JoinToken // shown once, to who has had it made
}

// hostAsSeen is a host now.
func hostAsSeen(h hawkfish.Host) hostState {
	return hostState{Host: h, silent: h.Silent() || h.State == hawkfish.HostUnreachable}
}

// shown is the state that callers see: a host that is silent is Unreachable, also before its row says so.
func (h hostState) shown() hawkfish.HostState {
	if h.silent && (h.State == hawkfish.HostEnabled || h.State == hawkfish.HostMaintenance) {
		return hawkfish.HostUnreachable
	}
	return h.State
}

// hostView is a hypervisor host as callers see it.
type hostView struct {
	ID         string                           `json:"Id"`
	Name       string                           `json:"Name"`
	URI        string                           `json:"URI"`
	State      hawkfish.HostState               `json:"State"` // or Unreachable
	Status     status                           `json:"Status"`
	Capacity   resourcesView                    `json:"Capacity"`
	Allocated  resourcesView                    `json:"Allocated"`
	Arch       string                           `json:"Architecture"`
	CPUModel   string                           `json:"CPUModel"`
	Hypervisor string                           `json:"Hypervisor"`
	Networks   []string                         `json:"Networks"`
	Firmware   []schemas.BootSourceOverrideMode `json:"Firmware"`
	SeenAt     time.Time                        `json:"SeenAt"`
}

type resourcesView struct {
	CPUs      int   `json:"CPUs"`
	MemoryMiB int64 `json:"MemoryMiB"`
	DiskGiB   int64 `json:"DiskGiB"`
}

// hostStatus says how a host fares in each state.
var hostStatus = map[hawkfish.HostState]status{
	hawkfish.HostEnabled:     {schemas.StateEnabled, schemas.HealthOK},
	hawkfish.HostMaintenance: {schemas.StateInTest, schemas.HealthOK},
	hawkfish.HostUnreachable: {schemas.StateUnavailableOffline, schemas.HealthCritical},
}

func hosts(c *control.Control) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  "#HawkFishHostCollection.HawkFishHostCollection",
		Name:  "HostCollection",
		Title: "Hosts",
		Path:  "/redfish/v1/Oem/HawkFish/Hosts",
		Like:  "HostCollection",
		Of:    "Host",
		List: func(ctx context.Context, _ *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			all, err := c.ListHosts(ctx)
			return redfish.Keys(redfish.Slice(all, page), func(h hawkfish.Host) string { return h.ID }), len(all), err
		},
	})
	host := redfish.Define(redfish.Spec[hostView, hostState]{
		Type: "#HawkFishHost.v1_0_0.HawkFishHost",
		Name: "Host",
		Path: "/redfish/v1/Oem/HawkFish/Hosts/{id}",
		Like: "Host",
		Load: func(ctx context.Context, req *redfish.Request) (hostState, error) {
			h, err := c.FindHost(ctx, req.Var("id"))
			return hostAsSeen(h), err
		},
		Key:  func(h hostState) string { return h.ID },
		Show: showHost,
	})
	return []redfish.Resource{collection, host}
}

func showHost(_ redfish.Links, h hostState) hostView {
	state := h.shown()
	v := hostView{
		ID: h.ID, Name: h.ID, URI: h.URI, State: state, Status: hostStatus[state],
		Capacity: resourcesView(h.Facts.Capacity), Allocated: resourcesView(h.Allocated),
		Arch: h.Facts.Arch, CPUModel: h.Facts.CPUModel, Hypervisor: h.Facts.Hypervisor,
		Networks: h.Facts.Networks, Firmware: h.Modes(), SeenAt: h.SeenAt.UTC(),
	}
	if v.Networks == nil {
		v.Networks = []string{}
	}
	return v
}
