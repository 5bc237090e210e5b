// Package recovery starts what a dead host has run on another host: the order of the steps.
package recovery

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/images"
	"github.com/projectbeskar/hawkfish/activities/media"
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
		placement.Locate.Name, placement.Reserve.Name, provision.HasDisk.Name, images.Fetch.Name, media.Fetch.Name,
		placement.Move.Name, provision.Define.Name, power.Start.Name,
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
		to, err := task.Try(t, placement.Reserve, durable.Fleet, hawkfish.Departure{SystemID: in.SystemID, Shared: true, For: roomFor})
		if err != nil {
			return err
		}
		if err := t.On(to.ID); err != nil {
			return err
		}
		g := *at.Guest
		r := &recovery{Task: t, queue: durable.Host(to.ID), guest: &g}
		if err := r.prepare(to.ID); err != nil {
			return err
		}
		if _, err := task.Need(t, placement.Move, durable.Fleet, placement.Destination{SystemID: in.SystemID, HostID: to.ID}); err != nil {
			return err
		}
		t.Commit()
		return r.arrive(in.Start)
	})
}

// recovery is a system on its way to the host of a queue.
type recovery struct {
	*task.Task
	queue durable.Queue
	guest *hawkfish.Guest
}

// prepare sees to it that the host has what the system's disk is a clone of, and the media in its drives. A medium that cannot be had any more keeps
// nobody off: the guest starts without it.
func (r *recovery) prepare(host string) error {
	g := r.guest
	found, err := task.Need(r.Task, provision.HasDisk, r.queue, *g)
	if err != nil {
		return err
	}
	if !found.There {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: g.ID, Message: "host " + host + " does not find its disk"}
	}
	if g.Image.SHA256 != "" {
		if _, err := task.Do(r.Task, images.Fetch, r.queue, g.Image); err != nil {
			return err
		}
	}
	for _, slot := range hawkfish.MediaSlots {
		drive := g.Machine.Media[slot]
		if !drive.Inserted() {
			continue
		}
		m := drive.Medium
		got, err := task.Try(r.Task, media.Fetch, r.queue, drive.Insertion(g.ID, slot))
		switch {
		case durable.IsCancelled(err):
			return err
		case err != nil || got.SHA256 != m.SHA256:
			r.Warn(&hawkfish.Error{Kind: hawkfish.Conflict, Resource: "VirtualMedia", ID: string(slot), Message: "the image in it cannot be fetched any more as it was; the guest starts without it"})
			g.Machine = g.Machine.Without(m.ID)
		}
	}
	return nil
}

// arrive makes the system on its new host what it was.
func (r *recovery) arrive(start bool) error {
	if _, err := task.Do(r.Task, provision.Define, r.queue, *r.guest); err != nil {
		return err
	}
	if !start {
		return nil
	}
	seen, err := task.Do(r.Task, power.Start, r.queue, power.Change{SystemID: r.guest.ID, Operation: r.ID(), Guest: r.guest})
	r.Saw(seen)
	return err
}
