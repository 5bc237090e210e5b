// Package recovery starts what a dead host has run on another host: the order of the steps.
package recovery

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Recover is the workflow's declaration.
var Recover = durable.Workflow[hawkfish.Recovery]{
	Name: string(hawkfish.OpRecover),
	Steps: []string{
		placement.Locate.Name, placement.Reserve.Name, provision.HasDisk.Name, placement.Move.Name, provision.Define.Name, power.Start.Name,
	},
}

// roomFor is how long room is kept on the other host.
const roomFor = time.Hour

// Run brings a system to a host that reaches its disk. Until then nothing has changed; from then on it is there, and is what
// remains of it to be done. That its guest does not run on the dead host any more is for those to prove who ask for this; should it run all the
// same, QEMU's lock of the disk keeps it from running twice.
func Run(ctx workflow.Context, in hawkfish.Recovery) error {
	return task.Carry(ctx, func(t *task.Task) error {
		at, err := task.Need(t, placement.Locate, durable.Fleet, placement.System{ID: in.SystemID})
		if err != nil {
			return err
		}
		if at.ID != in.From { // it has been brought elsewhere meanwhile
			return nil
		}
		t.OnFailure(func() error {
			_, err := task.Do(t, placement.Release, durable.Fleet, placement.System{ID: in.SystemID})
			return err
		})
		to, err := task.Try(t, placement.Reserve, durable.Fleet, hawkfish.Departure{SystemID: in.SystemID, For: roomFor})
		if err != nil {
			return err
		}
		if err := t.On(to.ID); err != nil {
			return err
		}
		queue := durable.Host(to.ID)
		found, err := task.Need(t, provision.HasDisk, queue, *at.Guest)
		if err != nil {
			return err
		}
		if !found.There {
			return &hawkfish.Error{
				Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: in.SystemID,
				Message: "its disk is on the dead host alone: host " + to.ID + " does not reach it",
			}
		}
		if _, err := task.Need(t, placement.Move, durable.Fleet, placement.Destination{SystemID: in.SystemID, HostID: to.ID}); err != nil {
			return err
		}
		t.Commit()
		return arrive(t, queue, in, *at.Guest)
	})
}

// arrive makes the system on its new host what it was.
func arrive(t *task.Task, queue durable.Queue, in hawkfish.Recovery, g hawkfish.Guest) error {
	if _, err := task.Do(t, provision.Define, queue, g); err != nil {
		return err
	}
	if !in.Start {
		return nil
	}
	seen, err := task.Do(t, power.Start, queue, power.Change{SystemID: in.SystemID, Operation: t.ID(), Guest: &g})
	t.Saw(seen)
	return err
}
