package control

import (
	"context"
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
)

// recoveriesAtOnce is how many systems of a dead host are started elsewhere at the same time.
const recoveriesAtOnce = 8

// FenceHost opens the task that switches a host off and starts elsewhere what it ran. Conflict when nothing says how it is switched off.
func (c *Control) FenceHost(ctx context.Context, asked Asked, h hawkfish.Host) (hawkfish.Task, error) {
	if h.Fencing.Method == "" {
		return hawkfish.Task{}, &hawkfish.Error{
			Kind: hawkfish.Conflict, Resource: "Host", ID: h.ID,
			Message: "nothing says how the host is switched off (Fencing); switch it off and use ConfirmDead",
		}
	}
	return c.fence(ctx, asked, h, hawkfish.FenceOrder{})
}

// ConfirmDead opens the task that takes a person's word that a host is off, and starts elsewhere what it ran. Conflict while the host's worker reports.
func (c *Control) ConfirmDead(ctx context.Context, asked Asked, h hawkfish.Host) (hawkfish.Task, error) {
	if !h.Silent() && h.State != hawkfish.HostFenced {
		return hawkfish.Task{}, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", ID: h.ID, Message: "it is not dead: its worker reports"}
	}
	return c.fence(ctx, asked, h, hawkfish.FenceOrder{Confirmed: true})
}

func (c *Control) fence(ctx context.Context, asked Asked, h hawkfish.Host, order hawkfish.FenceOrder) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	systems, err := c.recoveries(ctx, h.ID)
	if err != nil {
		return hawkfish.Task{}, err
	}
	order.HostID, order.Requester, order.Systems = h.ID, asked.By.UserName, systems
	order.Plan = hawkfish.Plan{Parts: len(systems), MaxConcurrency: recoveriesAtOnce}
	t, err := newTask(asked, hawkfish.FleetProject, hawkfish.OpFence, hostTarget(h.ID), order)
	if err != nil {
		return hawkfish.Task{}, err
	}
	t.Parts = order.Parts
	t, err = c.opened(c.OpenTask(ctx, t))
	if err == nil { // what else is done with the host, a dead one cannot do
		c.pushAside(ctx, asked, t, func(other hawkfish.Task) bool { return other.Operation != hawkfish.OpFence })
	}
	return t, err
}

// recoveries lists what is to become of the systems on a host that is dead.
func (c *Control) recoveries(ctx context.Context, hostID string) ([]hawkfish.Recovery, error) {
	all := hawkfish.Scope{All: true}
	ready := hawkfish.PhaseReady
	ids, _, err := c.SystemIDsWith(ctx, all, hawkfish.SystemFilter{HostID: &hostID, Phase: &ready}, hawkfish.Page{})
	if err != nil {
		return nil, err
	}
	var list []hawkfish.Recovery
	for _, id := range ids {
		s, err := c.FindSystem(ctx, all, id)
		switch {
		case hawkfish.KindOf(err) == hawkfish.NotFound: // it is gone by now
		case err != nil:
			return nil, err
		case s.Placement.Recovery != hawkfish.RecoverLeave:
			ran := hawkfish.IsOn(s.Power) && s.Placement.Recovery != hawkfish.RecoverMove
			list = append(list, hawkfish.Recovery{SystemID: id, From: hostID, Start: ran})
		}
	}
	return list, nil
}

// openRecovery opens the subtask that starts one of a dead host's systems elsewhere (see divided). What else waits for the host on the system's
// behalf is cancelled.
func (c *Control) openRecovery(ctx context.Context, parent hawkfish.Task, index int) (hawkfish.Task, error) {
	var order hawkfish.FenceOrder
	if err := json.Unmarshal(parent.Input, &order); err != nil {
		return hawkfish.Task{}, err
	}
	recovery := order.Systems[index]
	asked, stranded := askedBy(parent), hawkfish.Target{Kind: hawkfish.TargetSystem, ID: recovery.SystemID}
	return c.openOn(ctx, parent, index, hawkfish.OpRecover, stranded, func(asked Asked, s hawkfish.System) (hawkfish.Task, error) {
		return newTask(asked, s.ProjectID, hawkfish.OpRecover, systemTarget(s), recovery)
	}, func(ctx context.Context, t hawkfish.Task) (hawkfish.Task, error) {
		made, err := c.SupersedeTasks(ctx, t)
		if err == nil {
			c.pushAside(ctx, asked, made, func(other hawkfish.Task) bool { return other.Operation != hawkfish.OpRecover })
		}
		return made, err
	})
}
