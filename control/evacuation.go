package control

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/power"
)

// EvacuationRequest asks for a host to be emptied.
type EvacuationRequest struct {
	hawkfish.EvacuationLimits
	Policy hawkfish.EvacuationPolicy // of all its systems; empty: each system's own
}

// PlanEvacuation says what would become of a host's systems, without doing it.
func (c *Control) PlanEvacuation(ctx context.Context, h hawkfish.Host, req EvacuationRequest) ([]hawkfish.Exit, error) {
	if err := errors.Join(req.Check()...); err != nil {
		return nil, err
	}
	return c.Store.PlanEvacuation(ctx, h.ID, req.Policy)
}

// EvacuateHost opens the task that empties a host, by a subtask for each system that leaves. Those that cannot leave are in its plan, with the reason.
func (c *Control) EvacuateHost(ctx context.Context, asked Asked, h hawkfish.Host, req EvacuationRequest) (hawkfish.Task, error) {
	exits, err := c.PlanEvacuation(ctx, h, req)
	if err != nil {
		return hawkfish.Task{}, err
	}
	return c.openEvacuation(ctx, asked, hawkfish.OpEvacuate, h, req.EvacuationLimits, exits)
}

// openEvacuation opens a task for what leaves a host, or returns to it.
func (c *Control) openEvacuation(ctx context.Context, asked Asked, op hawkfish.Operation, h hawkfish.Host, limits hawkfish.EvacuationLimits, exits []hawkfish.Exit) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	in := hawkfish.Evacuation{EvacuationLimits: limits, HostID: h.ID}
	for _, e := range exits {
		if e.Leaves() {
			in.Exits = append(in.Exits, e)
		}
	}
	in.Plan = hawkfish.Plan{
		Parts: len(in.Exits), MaxConcurrency: cmp.Or(limits.MaxConcurrency, hawkfish.DefaultEvacuations),
		Until: time.Now().Add(cmp.Or(limits.Within, hawkfish.DefaultEvacuationTime)),
	}
	t, err := newTask(asked, hawkfish.FleetProject, op, hostTarget(h.ID), in)
	if err != nil {
		return t, err
	}
	t.Parts = in.Parts
	return c.opened(c.OpenTask(ctx, t))
}

// openExit opens the subtask by which one system leaves a host, or returns to it (see divided).
func (c *Control) openExit(ctx context.Context, parent hawkfish.Task, index int) (hawkfish.Task, error) {
	var in hawkfish.Evacuation
	if err := json.Unmarshal(parent.Input, &in); err != nil {
		return hawkfish.Task{}, err
	}
	exit := in.Exits[index]
	leaves := hawkfish.Target{Kind: hawkfish.TargetSystem, ID: exit.SystemID, Name: exit.SystemName}
	return c.openOn(ctx, parent, index, hawkfish.OpMigrate, leaves, func(asked Asked, s hawkfish.System) (hawkfish.Task, error) {
		return exitTask(asked, s, in, exit, parent.Operation == hawkfish.OpReturn)
	}, c.OpenTask)
}

// exitTask is how a system leaves its host, or returns to it.
func exitTask(asked Asked, s hawkfish.System, in hawkfish.Evacuation, exit hawkfish.Exit, returns bool) (hawkfish.Task, error) {
	if exit.Policy == hawkfish.EvacuateStop {
		return newTask(asked, s.ProjectID, hawkfish.OpReset, systemTarget(s), power.Reset{SystemID: s.ID, Type: schemas.ResetTypeGracefulShutdown, Force: true})
	}
	order := hawkfish.MigrationOrder{MigrationPlan: in.MigrationPlan, From: in.HostID}
	order.Mode = exit.Policy.Mode()
	if returns {
		order.From, order.To = exit.To, in.HostID
	}
	return migrationTask(asked, s, order)
}

// ReturnToHost opens the task that brings back to a host what its last evacuation has brought elsewhere and is still there. Conflict when that is
// nothing.
func (c *Control) ReturnToHost(ctx context.Context, asked Asked, h hawkfish.Host, limits hawkfish.EvacuationLimits) (hawkfish.Task, error) {
	if err := errors.Join(limits.Check()...); err != nil {
		return hawkfish.Task{}, err
	}
	exits, err := c.evacuated(ctx, h)
	if err == nil && len(exits) == 0 {
		err = &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", ID: h.ID, Message: "nothing that has left it by its last evacuation can be brought back"}
	}
	if err != nil {
		return hawkfish.Task{}, err
	}
	return c.openEvacuation(ctx, asked, hawkfish.OpReturn, h, limits, exits)
}

// evacuated lists what the last evacuation of a host has brought elsewhere, each with the host that it is on.
func (c *Control) evacuated(ctx context.Context, h hawkfish.Host) ([]hawkfish.Exit, error) {
	all := hawkfish.Scope{All: true}
	last, ok, err := c.lastTask(ctx, hawkfish.OpEvacuate, hostTarget(h.ID))
	if err != nil || !ok {
		return nil, err
	}
	var in hawkfish.Evacuation
	if err := json.Unmarshal(last.Input, &in); err != nil {
		return nil, err
	}
	parts, _, err := c.ListSubTasks(ctx, all, last.ID, hawkfish.Page{})
	if err != nil {
		return nil, err
	}
	var exits []hawkfish.Exit
	for _, e := range in.Exits {
		left := slices.ContainsFunc(parts, func(t hawkfish.Task) bool {
			return t.Target.ID == e.SystemID && t.Operation == hawkfish.OpMigrate && t.State == schemas.TaskStateCompleted
		})
		if !left {
			continue
		}
		s, err := c.FindSystem(ctx, all, e.SystemID)
		switch {
		case hawkfish.KindOf(err) == hawkfish.NotFound: // it has been deleted since
		case err != nil:
			return nil, err
		case s.HostID != h.ID && s.HostID != "":
			exits = append(exits, hawkfish.Exit{SystemID: s.ID, SystemName: s.Name, Policy: e.Policy, To: s.HostID})
		}
	}
	return exits, nil
}
