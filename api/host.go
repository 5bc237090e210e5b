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
	ID         string             `json:"Id"`
	Name       string             `json:"Name"`
	URI        string             `json:"URI"`
	State      hawkfish.HostState `json:"State"`
	StateSince time.Time          `json:"StateSince"`
	Resumes    hawkfish.HostState `json:"ResumesAs,omitempty"` // what State is again when the host can be reached
	Cause      string             `json:"Cause,omitempty"`     // why it is in Error
	Status     status             `json:"Status"`
	Labels     map[string]string  `json:"Labels"`
	Taints     []taintView        `json:"Taints"`
	// JoinToken is what the host's worker shows the fleet who it is by. It is shown to who has registered the host, and then never again.
	JoinToken   string        `json:"JoinToken,omitempty"`
	NeedsToken  bool          `json:"NeedsToken"`
	Capacity    resourcesView `json:"Capacity"`    // what the host has
	Allocatable resourcesView `json:"Allocatable"` // Capacity, given away as often as Overcommit says
	Allocated   resourcesView `json:"Allocated"`   // of the systems on the host, and of those on their way to it
	Overcommit  ratiosView    `json:"Overcommit"`
	Fencing     *fencingView  `json:"Fencing,omitempty"` // absent: a person switches the host off, and says so
	Systems     int           `json:"Systems"`
	Load        *loadView     `json:"Load,omitempty"`

	Arch       string                           `json:"Architecture"`
	CPUModel   string                           `json:"CPUModel"`
	Hypervisor string                           `json:"Hypervisor"`
	Networks   []string                         `json:"Networks"`
	Pools      []poolView                       `json:"StoragePools"`
	Firmware   []schemas.BootSourceOverrideMode `json:"Firmware"`
	SecureBoot bool                             `json:"SecureBoot"`
	TPM        bool                             `json:"TPM"`
	SeenAt     *time.Time                       `json:"SeenAt,omitempty"` // absent: it has never reported
}

type resourcesView struct {
	CPUs      int   `json:"CPUs"`
	MemoryMiB int64 `json:"MemoryMiB"`
	DiskGiB   int64 `json:"DiskGiB"`
}

type ratiosView struct {
	CPUs   float64 `json:"CPUs"`
	Memory float64 `json:"Memory"`
	Disk   float64 `json:"Disk"`
}

// loadView is how busy a host is, guests and all.
type loadView struct {
	CPUPercent float64   `json:"CPUPercent"` // of all its processors, since the report before
	MemoryMiB  int64     `json:"MemoryMiB"`
	DiskGiB    int64     `json:"DiskGiB"`
	Timestamp  time.Time `json:"Timestamp"`
}

type poolView struct {
	Name        string `json:"Name"`
	CapacityGiB int64  `json:"CapacityGiB"`
	UsedGiB     int64  `json:"UsedGiB"`
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
		Create: registerHost(c),
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
		Patch: redfish.Writable(func(ctx context.Context, _ *redfish.Request, s hostState, p hostPatch) (hostState, error) {
			labels, err := labelsOf(p.Labels)
			if err != nil {
				return s, err
			}
			var fencing hawkfish.Fencing
			if p.Fencing != nil {
				if fencing, err = p.Fencing.noun(c, s.ID); err != nil {
					return s, err
				}
			}
			h, err := c.EditHost(ctx, s.Host, 0, p.edit(labels, fencing))
			return hostAsSeen(h), err
		}),
		Delete: func(ctx context.Context, _ *redfish.Request, s hostState) (redfish.Result, error) {
			return redfish.Done(), c.DropHost(ctx, s.Host)
		},
		Actions: hostActions(c),
	})
	return []redfish.Resource{collection, host}
}

func showHost(_ redfish.Links, h hostState) hostView {
	state := h.shown()
	v := hostView{
		ID: h.ID, Name: h.ID, URI: h.URI, State: state, StateSince: h.StateSince.Truncate(time.Second), Cause: h.Cause, Status: hostStatus[state],
		Labels: labelled(h.Labels), Taints: showTaints(h.Taints), JoinToken: string(h.token), NeedsToken: h.JoinKey != nil,
		Capacity: resourcesView(h.Facts.Capacity), Allocatable: resourcesView(h.Room()), Allocated: resourcesView(h.Allocated),
		Overcommit: ratiosView(h.Ratios()), Fencing: showFencing(h.Fencing), Systems: h.Systems,
		Arch: h.Facts.Arch, CPUModel: h.Facts.CPUModel, Hypervisor: h.Facts.Hypervisor, Networks: h.Facts.Networks,
		Firmware: h.Modes(), SecureBoot: h.Facts.SecureBoot, TPM: h.Facts.TPM, Pools: []poolView{},
	}
	if state == hawkfish.HostUnreachable || state == hawkfish.HostError {
		v.Resumes = h.Resumes
	}
	if at := h.SeenAt.UTC(); !h.SeenAt.IsZero() {
		v.SeenAt = &at
	}
	if l := h.Load; !l.At.IsZero() {
		v.Load = &loadView{rounded(100 * l.CPU), l.MemoryMiB, l.DiskGiB, l.At.UTC().Truncate(time.Second)}
	}
	for _, p := range h.Facts.Pools {
		v.Pools = append(v.Pools, poolView(p))
	}
	if v.Networks == nil {
		v.Networks = []string{}
	}
	return v
}
