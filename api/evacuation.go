package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// evacuationLimits bound how a host is emptied, or filled again.
type evacuationLimits struct {
	MaxConcurrency  int                  `json:"MaxConcurrency" validate:"min=1,max=32"`
	TimeoutSeconds  int                  `json:"TimeoutSeconds" validate:"min=1,max=86400"`
	BandwidthMiBps  int64                `json:"BandwidthMiBps" validate:"min=0,max=1048576"`
	MaxDowntimeMs   int64                `json:"MaxDowntimeMs" validate:"min=0,max=1048576"`
	IfNotConverging hawkfish.Convergence `json:"IfNotConverging"`
	ConvergeSeconds int                  `json:"ConvergeSeconds" validate:"min=1,max=21600"`
}

func (p evacuationLimits) noun() hawkfish.EvacuationLimits {
	return hawkfish.EvacuationLimits{
		MigrationPlan: hawkfish.MigrationPlan{
			BandwidthMiBps: p.BandwidthMiBps, MaxDowntimeMs: p.MaxDowntimeMs, IfNotConverged: p.IfNotConverging,
			ConvergeBy: time.Duration(p.ConvergeSeconds) * time.Second,
		},
		MaxConcurrency: p.MaxConcurrency, Within: time.Duration(p.TimeoutSeconds) * time.Second,
	}
}

// evacuateRequest empties a host.
type evacuateRequest struct {
	DryRun bool                      `json:"DryRun"` // only tell the plan
	Policy hawkfish.EvacuationPolicy `json:"Policy"` // of all systems; absent: each system's own
	evacuationLimits
}

func (p evacuateRequest) request() control.EvacuationRequest {
	return control.EvacuationRequest{EvacuationLimits: p.noun(), Policy: p.Policy}
}

// enterMaintenance stops placement on a host and, where it is asked for, empties the host.
type enterMaintenance struct {
	Evacuate bool `json:"Evacuate"`
	evacuateRequest
}

// exitMaintenance lets systems be placed on a host again and, where it is asked for, brings back what its evacuation has brought elsewhere.
type exitMaintenance struct {
	Return bool `json:"Return"`
	evacuationLimits
}

type exitPlan struct {
	Systems []exitView `json:"Systems"`
}

// exitView is what would become of a system.
type exitView struct {
	SystemID   string                    `json:"SystemId"`
	SystemName string                    `json:"SystemName"`
	Policy     hawkfish.EvacuationPolicy `json:"Policy"`
	TargetHost string                    `json:"TargetHost,omitempty"`
	Reason     string                    `json:"Reason,omitempty"` // why it stays
}

// planned answers with what would be done.
func planned(ctx context.Context, c *control.Control, h hawkfish.Host, p evacuateRequest) (redfish.Result, error) {
	exits, err := c.PlanEvacuation(ctx, h, p.request())
	if err != nil {
		return redfish.Result{}, err
	}
	plan := exitPlan{Systems: []exitView{}}
	for _, e := range exits {
		plan.Systems = append(plan.Systems, exitView{e.SystemID, e.SystemName, e.Policy, e.To, e.Reason})
	}
	body, err := json.Marshal(plan)
	return redfish.Document("", body), err
}

// maintenanceActions take a host out of use, and back.
func maintenanceActions(c *control.Control) []redfish.ActionOf[hostState] {
	evacuate := redfish.Do("Evacuate", func(ctx context.Context, req *redfish.Request, s hostState, p evacuateRequest) (redfish.Result, error) {
		if p.DryRun {
			return planned(ctx, c, s.Host, p)
		}
		return accepted(c.EvacuateHost(ctx, asked(req), s.Host, p.request()))
	})
	enter := redfish.Do("EnterMaintenance", func(ctx context.Context, req *redfish.Request, s hostState, p enterMaintenance) (redfish.Result, error) {
		if p.DryRun {
			return planned(ctx, c, s.Host, p.evacuateRequest)
		}
		h, err := c.EnterMaintenance(ctx, asked(req), s.Host)
		if err != nil || !p.Evacuate {
			return redfish.Found("Host", hostAsSeen(h)), err
		}
		return accepted(c.EvacuateHost(ctx, asked(req), h, p.request()))
	})
	exit := redfish.Do("ExitMaintenance", func(ctx context.Context, req *redfish.Request, s hostState, p exitMaintenance) (redfish.Result, error) {
		h, err := c.ExitMaintenance(ctx, asked(req), s.Host)
		if err != nil || !p.Return {
			return redfish.Found("Host", hostAsSeen(h)), err
		}
		return accepted(c.ReturnToHost(ctx, asked(req), h, p.noun()))
	})
	return []redfish.ActionOf[hostState]{enter, exit, evacuate}
}
