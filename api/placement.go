package api

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// placementView is what a system wants of its host, as callers write and see it.
type placementView struct {
	Policy       hawkfish.PlacementPolicy  `json:"Policy,omitempty"`
	Group        string                    `json:"Group,omitempty" validate:"max=63"`
	AntiAffinity bool                      `json:"AntiAffinity,omitempty"`
	HostLabels   json.RawMessage           `json:"HostLabels,omitempty"`
	Tolerations  []taintView               `json:"Tolerations,omitempty" validate:"max=64"`
	StoragePools []string                  `json:"StoragePools,omitempty" validate:"max=64"`
	Host         string                    `json:"Host,omitempty" validate:"max=63"` // only operators know hosts
	Recovery     hawkfish.RecoveryPolicy   `json:"Recovery,omitempty"`               // absent: Restart
	Evacuation   hawkfish.EvacuationPolicy `json:"Evacuation,omitempty"`             // absent: Live
}

// noun reads a placement whose properties are below at.
func (v *placementView) noun(req *redfish.Request, at string) (hawkfish.Placement, error) {
	if v == nil {
		return hawkfish.Placement{}, nil
	}
	labels, err := labelsOf(v.HostLabels)
	if fault, ok := errors.AsType[*hawkfish.Error](err); ok {
		err = hawkfish.Refused(at+"/HostLabels", fault.Value, fault.Message)
	}
	if v.Host != "" && !manages(req) {
		err = errors.Join(err, &hawkfish.Error{Kind: hawkfish.Denied, Resource: "Host", ID: v.Host, Property: at + "/Host", Message: "only who may see hosts chooses one"})
	}
	p := hawkfish.Placement{
		Policy: v.Policy, Group: v.Group, AntiAffinity: v.AntiAffinity, HostLabels: labels,
		Tolerations: taintsOf(v.Tolerations), StoragePools: v.StoragePools, Host: v.Host, Recovery: v.Recovery, Evacuation: v.Evacuation,
	}
	if len(p.HostLabels) == 0 {
		p.HostLabels = nil
	}
	return p, err
}

// placementAt is where a system's placement is.
const placementAt = "/Oem/HawkFish/Placement"

// place reads what a system is to want of its next host. Where it is, it stays.
func (p *systemPatchOem) place(req *redfish.Request) error {
	if p == nil || p.HawkFish == nil || p.HawkFish.Placement == nil {
		return nil
	}
	wants, err := p.HawkFish.Placement.noun(req, placementAt)
	p.HawkFish.placed = &wants
	return errors.Join(err, control.CheckPlacement(wants))
}

func showPlacement(p hawkfish.Placement) *placementView {
	if p.Equal(hawkfish.Placement{}) {
		return nil
	}
	v := &placementView{
		Policy: p.Policy, Group: p.Group, AntiAffinity: p.AntiAffinity, Tolerations: showTaints(p.Tolerations), StoragePools: p.StoragePools, Host: p.Host,
		Recovery: p.Recovery, Evacuation: p.Evacuation,
	}
	if len(p.HostLabels) > 0 {
		v.HostLabels, _ = json.Marshal(p.HostLabels) // texts, which cannot fail
	}
	return v
}

// placementService is where to ask where systems would go.
type placementService struct {
	ID       string   `json:"Id"`
	Name     string   `json:"Name"`
	Policies []string `json:"Policies"`
}

// explainRequest is what would be placed: a system there is, or one there is not yet.
type explainRequest struct {
	System     string                         `json:"System" validate:"max=255"`
	CPU        int                            `json:"CPU" validate:"min=1,max=512"`
	MemoryMiB  int64                          `json:"MemoryMiB" validate:"min=16,max=16777216"`
	DiskGiB    int64                          `json:"DiskGiB" validate:"min=1,max=65536"`
	Networks   []string                       `json:"Networks" validate:"max=8"`
	Firmware   schemas.BootSourceOverrideMode `json:"Firmware"`
	SecureBoot bool                           `json:"SecureBoot"`
	TPM        bool                           `json:"TPM"`
	Project    string                         `json:"Project" validate:"max=255"`
	Placement  *placementView                 `json:"Placement"`
}

func (p explainRequest) wish(placement hawkfish.Placement) hawkfish.Wish {
	return hawkfish.Wish{
		Resources: hawkfish.Resources{CPUs: p.CPU, MemoryMiB: p.MemoryMiB, DiskGiB: p.DiskGiB}, Placement: placement, ProjectID: p.Project,
		Networks: p.Networks, Mode: hawkfish.Machine{Firmware: p.Firmware}.Mode(), SecureBoot: p.SecureBoot, TPM: p.TPM,
	}
}

// explanationView says where a wish would go. Which hosts there are is for operators; others hear how many hosts lack what.
type explanationView struct {
	Fits    bool          `json:"Fits"`
	Host    string        `json:"Host,omitempty"`
	Reasons []reasonView  `json:"Reasons"`
	Hosts   []verdictView `json:"Hosts,omitempty"`
}

type reasonView struct {
	Reason string `json:"Reason"`
	Hosts  int    `json:"Hosts"`
}

type verdictView struct {
	Host    string   `json:"Host"`
	Rank    int      `json:"Rank,omitempty"` // 1: the best
	Reasons []string `json:"Reasons"`
}

func explained(e hawkfish.Explanation, operator bool) explanationView {
	v := explanationView{Fits: e.Host != "", Reasons: []reasonView{}}
	for _, verdict := range e.Verdicts {
		for _, reason := range verdict.Reasons {
			i := slices.IndexFunc(v.Reasons, func(r reasonView) bool { return r.Reason == reason })
			if i < 0 {
				i = len(v.Reasons)
				v.Reasons = append(v.Reasons, reasonView{Reason: reason})
			}
			v.Reasons[i].Hosts++
		}
	}
	if operator {
		v.Host = e.Host
		for _, verdict := range e.Verdicts {
			v.Hosts = append(v.Hosts, verdictView{verdict.Host, verdict.Rank, append([]string{}, verdict.Details...)})
		}
	}
	return v
}

// rebalanceRequest bounds a plan.
type rebalanceRequest struct {
	MaxMoves int `json:"MaxMoves" validate:"min=1,max=1000"` // left out: 100
}

// planView is what could be done: nothing is.
type planView struct {
	Moves []moveView `json:"Moves"` // in the order in which they can be made
}

type moveView struct {
	System     string `json:"System"`
	SystemName string `json:"SystemName"`
	From       string `json:"From"`
	To         string `json:"To"`
	Reason     string `json:"Reason"`
}

func placements(c *control.Control) []redfish.Resource {
	explain := redfish.Do("Explain", func(ctx context.Context, req *redfish.Request, _ struct{}, p explainRequest) (redfish.Result, error) {
		var e hawkfish.Explanation
		wants, err := p.Placement.noun(req, "/Placement")
		switch {
		case err != nil:
		case p.System != "":
			e, err = c.ExplainSystem(ctx, asked(req), p.System)
		default:
			e, err = c.ExplainWish(ctx, asked(req), p.wish(wants))
		}
		if err != nil {
			return redfish.Result{}, err
		}
		body, err := json.Marshal(explained(e, manages(req)))
		return redfish.Document("", body), err
	})
	rebalance := redfish.Do("Rebalance", func(ctx context.Context, req *redfish.Request, _ struct{}, p rebalanceRequest) (redfish.Result, error) {
		if !manages(req) {
			return redfish.Result{}, &hawkfish.Error{Kind: hawkfish.Denied, Resource: "Placement", ID: "Rebalance", Message: "plans tell of every project's systems"}
		}
		if p.MaxMoves == 0 {
			p.MaxMoves = 100
		}
		moves, err := c.PlanRebalance(ctx, p.MaxMoves)
		if err != nil {
			return redfish.Result{}, err
		}
		plan := planView{Moves: []moveView{}}
		for _, m := range moves {
			plan.Moves = append(plan.Moves, moveView{m.SystemID, m.SystemName, m.From, m.To, m.Reason})
		}
		body, err := json.Marshal(plan)
		return redfish.Document("", body), err
	})
	return []redfish.Resource{redfish.Define(redfish.Spec[placementService, struct{}]{
		Type: "#HawkFishPlacement.v1_0_0.HawkFishPlacement", Name: "Placement", Path: "/redfish/v1/Oem/HawkFish/Placement", Like: "Placement",
		Load: nothing, Revision: unchanging,
		Show: func(redfish.Links, struct{}) placementService {
			return placementService{ID: "Placement", Name: "Placement", Policies: hawkfish.PlacementPolicy("").Values()}
		},
		Actions: []redfish.ActionOf[struct{}]{explain, rebalance},
	})}
}
