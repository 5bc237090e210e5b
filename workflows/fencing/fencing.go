// Package fencing makes sure that a host is dead, and has what it ran started elsewhere: the order of the steps.
package fencing

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	steps "github.com/projectbeskar/hawkfish/activities/fencing"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Fence is the workflow's declaration.
var Fence = durable.Workflow[hawkfish.FenceOrder]{
	Name:  string(hawkfish.OpFence),
	Steps: []string{steps.Look.Name, steps.Probe.Name, steps.SwitchOff.Name, steps.Declare.Name, subtasks.Open.Name},
}

// Run fences a host. Nothing of what it ran is started elsewhere before it is known to be off. It cannot be switched on again from here, so there
// is no undo; that one of its systems cannot be started elsewhere is told, and keeps none of the others waiting.
func Run(ctx workflow.Context, in hawkfish.FenceOrder) error {
	return task.Carry(ctx, func(t *task.Task) error {
		if err := t.On(in.HostID); err != nil {
			return err
		}
		if err := examine(ctx, t, in); err != nil {
			return err
		}
		if !in.Confirmed {
			if _, err := task.Do(t, steps.SwitchOff, durable.Fleet, steps.Host{ID: in.HostID}); err != nil {
				return err
			}
		}
		if _, err := task.Need(t, steps.Declare, durable.Fleet, steps.Declaration{HostID: in.HostID, Requester: in.Requester}); err != nil {
			return err
		}
		return task.Divide(t, in.Plan)
	})
}

// examine refuses what the evidence forbids: the fleet by itself fences only what it knows to be dead, and a person's word that a host is dead does
// not hold against the host's own.
func examine(ctx workflow.Context, t *task.Task, in hawkfish.FenceOrder) error {
	if !in.Suspected && !in.Confirmed {
		return nil
	}
	suspect, err := task.Need(t, steps.Look, durable.Fleet, steps.Host{ID: in.HostID})
	if err != nil {
		return err
	}
	e := suspect.Evidence
	if e.State == hawkfish.HostFenced { // it has been found dead before
		return nil
	}
	e.Peers = ask(ctx, suspect)
	life := e.Life()
	if life == hawkfish.LifeDead || in.Confirmed && life == hawkfish.LifeUnclear {
		return nil
	}
	return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", ID: in.HostID, Message: fmt.Sprintf("it is not known to be dead: %s", describe(life, e))}
}

// ask asks the peers at the same time. One that does not answer says nothing.
func ask(ctx workflow.Context, s steps.Suspect) []hawkfish.PeerView {
	views := make([]hawkfish.PeerView, len(s.Peers))
	all := workflow.NewWaitGroup(ctx)
	for n, peer := range s.Peers {
		all.Add(1)
		workflow.Go(ctx, func(ctx workflow.Context) {
			defer all.Done()
			view, err := steps.Probe.Run(ctx, durable.Host(peer), s.Probe)
			if err != nil {
				view = hawkfish.PeerView{HostID: peer, Reaches: hawkfish.ReachesUnknown, Why: "it could not be asked"}
			}
			views[n] = view
		})
	}
	all.Wait(ctx)
	return views
}

func describe(life hawkfish.Life, e hawkfish.Evidence) string {
	switch life {
	case hawkfish.LifeAlive:
		return "its worker reports"
	case hawkfish.LifePartial:
		return "its worker is silent, but other hosts reach its libvirt"
	default:
		return fmt.Sprintf("its worker is silent, and of %d other hosts too few say that they do not reach it", len(e.Peers))
	}
}
