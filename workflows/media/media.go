// Package media puts media into the drives of systems, and takes them out: the order of the steps.
package media

import (
	"errors"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	steps "github.com/projectbeskar/hawkfish/activities/media"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Insert and Eject are the workflows' declarations.
var (
	Insert = durable.Workflow[hawkfish.Insertion]{
		Name: string(hawkfish.OpInsertMedia), Steps: []string{placement.Locate.Name, steps.Fetch.Name, provision.Configure.Name},
	}
	Eject = durable.Workflow[hawkfish.Ejection]{
		Name: string(hawkfish.OpEjectMedia), Steps: []string{placement.Locate.Name, provision.Configure.Name},
	}
)

// RunInsert fetches an image file and puts it into a drive. What the drive has is looked at now and not when the task
// was accepted: an ejection may have stood before it. The system's row tells of the medium when the task ends.
func RunInsert(ctx workflow.Context, in hawkfish.Insertion) error {
	return task.Carry(ctx, func(t *task.Task) error {
		d, err := find(t, in.SystemID)
		if err != nil {
			return err
		}
		if there := d.guest.Machine.Media[in.Slot]; there.Inserted() && there.Medium.URL != in.URL && slices.Contains(hawkfish.MediaSlots, in.Slot) {
			return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "VirtualMedia", ID: string(in.Slot), Message: "another image is inserted; eject it first"}
		}
		facts, err := task.Try(t, steps.Fetch, d.queue, in)
		if err != nil {
			return blame(err)
		}
		t.Learned(facts)
		return d.put(in.Slot, in.Medium(t.ID(), facts))
	})
}

// RunEject empties a drive, whether the guest has locked it or not. One that is empty already is success.
func RunEject(ctx workflow.Context, in hawkfish.Ejection) error {
	return task.Carry(ctx, func(t *task.Task) error {
		d, err := find(t, in.SystemID)
		if err != nil || d.guest.Machine.Media[in.Slot].Medium == nil {
			return err
		}
		return d.put(in.Slot, nil)
	})
}

// drives are those of one system, on its host.
type drives struct {
	*task.Task
	queue durable.Queue
	guest hawkfish.Guest
}

func find(t *task.Task, systemID string) (drives, error) {
	at, err := task.Need(t, placement.Locate, durable.Fleet, placement.System{ID: systemID})
	if err == nil && (at.ID == "" || at.Guest == nil) {
		err = &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: systemID, Message: "it has not been placed on a host"}
	}
	if err == nil {
		err = t.On(at.ID)
	}
	if err != nil {
		return drives{}, err
	}
	return drives{t, durable.Host(at.ID), *at.Guest}, nil
}

// put changes what a drive has. Should the task fail, the drive gets what it had before.
func (d drives) put(slot hawkfish.MediaSlot, medium *hawkfish.Medium) error {
	d.OnFailure(func() error {
		_, err := task.Do(d.Task, provision.Configure, d.queue, d.guest)
		return err
	})
	to := d.guest
	to.Machine = to.Machine.WithMedium(slot, medium)
	seen, err := task.Do(d.Task, provision.Configure, d.queue, to)
	d.Saw(seen)
	return err
}

// blame says of a fetch what the caller knows it by: the image. A source that did not answer has made the task fail for good.
func blame(err error) error {
	if durable.IsCancelled(err) {
		return err
	}
	var all []error
	for _, fault := range hawkfish.Faults(err) {
		told := *fault
		if told.Property == "/URL" {
			told.Property = "/Image"
			if told.Kind == hawkfish.Unavailable {
				told.Kind = hawkfish.Invalid
			}
		}
		all = append(all, &told)
	}
	return errors.Join(all...)
}
