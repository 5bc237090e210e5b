package api

import (
	"context"
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// newHost is what it takes to register a host.
type newHost struct {
	Name       string           `json:"Name" validate:"required,min=1,max=63"`
	URI        string           `json:"URI" validate:"required,min=1,max=1024"`
	Labels     json.RawMessage  `json:"Labels"`
	Taints     []taintView      `json:"Taints" validate:"max=64"`
	Overcommit *overcommitPatch `json:"Overcommit"`
}

// hostPatch holds the writable properties of a host.
type hostPatch struct {
	Labels     json.RawMessage  `json:"Labels"`
	Taints     *[]taintView     `json:"Taints" validate:"max=64"`
	Overcommit *overcommitPatch `json:"Overcommit"`
	Fencing    *fencingPatch    `json:"Fencing"`
}

// overcommitPatch says how often a host's resources are given away; null leaves it to the host's worker.
type overcommitPatch struct {
	CPUs   *float64 `json:"CPUs" validate:"gt=0,max=1000" null:"clears"`
	Memory *float64 `json:"Memory" validate:"gt=0,max=1000" null:"clears"`
	Disk   *float64 `json:"Disk" validate:"gt=0,max=1000" null:"clears"`
}

func (p *overcommitPatch) apply(o *hawkfish.Overcommit) {
	if p == nil {
		return
	}
	set(&o.CPUs, p.CPUs)
	set(&o.Memory, p.Memory)
	set(&o.Disk, p.Disk)
}

// taintView keeps systems away from a host that do not tolerate it.
type taintView struct {
	Key   string `json:"Key" validate:"required,min=1,max=63"`
	Value string `json:"Value,omitempty" validate:"max=255"`
}

func taintsOf(views []taintView) (taints []hawkfish.Taint) {
	for _, v := range views {
		taints = append(taints, hawkfish.Taint(v))
	}
	return taints
}

func showTaints(taints []hawkfish.Taint) []taintView {
	views := []taintView{}
	for _, t := range taints {
		views = append(views, taintView(t))
	}
	return views
}

func registerHost(c *control.Control) redfish.Create {
	return redfish.Creates(func(ctx context.Context, _ *redfish.Request, p newHost) (redfish.Result, error) {
		labels, err := labelsOf(p.Labels)
		if err != nil {
			return redfish.Result{}, err
		}
		wanted := control.HostRequest{Name: p.Name, URI: p.URI, Labels: labels, Taints: taintsOf(p.Taints)}
		p.Overcommit.apply(&wanted.Overcommit)
		h, token, err := c.RegisterHost(ctx, wanted)
		return redfish.Created("Host", tokenOf(h, token)), err
	})
}

// tokenOf is a host that is shown with its worker's token, this once.
func tokenOf(h hawkfish.Host, token hawkfish.JoinToken) hostState {
	s := hostAsSeen(h)
	s.token = token
	return s
}

func (p hostPatch) edit(labels map[string]string, fencing hawkfish.Fencing) hawkfish.HostEdit {
	return func(h *hawkfish.Host) error {
		p.Fencing.set(h, fencing)
		if labels != nil {
			h.Labels = labels
		}
		if p.Taints != nil {
			h.Taints = taintsOf(*p.Taints)
		}
		p.Overcommit.apply(&h.Overcommit)
		return nil
	}
}

// hostActions are what operators do to a host.
func hostActions(c *control.Control) []redfish.ActionOf[hostState] {
	renew := redfish.Do("RenewToken", func(ctx context.Context, _ *redfish.Request, s hostState, _ struct{}) (redfish.Result, error) {
		h, token, err := c.RenewHostToken(ctx, s.Host)
		return redfish.Found("Host", tokenOf(h, token)), err
	})
	type open = func(context.Context, control.Asked, hawkfish.Host) (hawkfish.Task, error)
	work := func(name string, open open) redfish.ActionOf[hostState] {
		return redfish.Do(name, func(ctx context.Context, req *redfish.Request, s hostState, _ struct{}) (redfish.Result, error) {
			return accepted(open(ctx, asked(req), s.Host))
		})
	}
	return append(maintenanceActions(c), renew, work("Fence", c.FenceHost), work("ConfirmDead", c.ConfirmDead))
}
