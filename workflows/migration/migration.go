// Package migration brings a system from one host to another: the order of the steps.
package migration

import (
	"errors"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/images"
	"github.com/projectbeskar/hawkfish/activities/media"
	steps "github.com/projectbeskar/hawkfish/activities/migration"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Migrate is the workflow's declaration.
var Migrate = durable.Workflow[hawkfish.MigrationOrder]{
	Name: string(hawkfish.OpMigrate),
	Steps: []string{
		placement.Locate.Name, power.Observe.Name, steps.Offer.Name, placement.Reserve.Name, steps.Prepare.Name, steps.Source.Name, images.Fetch.Name,
		media.Fetch.Name, steps.Begin.Name, power.Shutdown.Name, power.Stop.Name, steps.Send.Name, steps.State.Name, steps.Commit.Name, steps.Settle.Name,
		steps.Note.Name, power.Start.Name, steps.Forget.Name, steps.Leave.Name,
	},
}

const (
	// roomFor is how long room is kept on the other host: longer than any step may take.
	roomFor = 24 * time.Hour
	// tries is how often a transfer is begun that breaks off.
	tries = 3
)

// Run brings a system to another host. Until its guest has gone everything can be taken back; where the guest is, the hosts are asked, and when they
// cannot say, nothing is touched and a person is.
func Run(ctx workflow.Context, in hawkfish.MigrationOrder) error {
	return task.Carry(ctx, func(t *task.Task) error {
		at, err := task.Need(t, placement.Locate, durable.Fleet, placement.System{ID: in.SystemID})
		switch {
		case err != nil:
			return err
		case at.ID == "":
			return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: in.SystemID, Message: "it has not been placed on a host"}
		case in.To == at.ID, in.From != "" && in.From != at.ID: // it is there already, or has been brought elsewhere meanwhile
			return nil
		}
		if err := t.On(at.ID); err != nil {
			return err
		}
		m := &move{Task: t, order: in, near: durable.Host(at.ID)}
		m.Passage = hawkfish.Passage{MigrationPlan: in.MigrationPlan, ID: t.ID(), From: at.ID, Guest: *at.Guest}
		if err := m.board(); err != nil {
			return err
		}
		if err := m.cross(); err != nil {
			return err
		}
		return m.arrive()
	})
}

// move is a system on its way.
type move struct {
	*task.Task
	steps.Way
	order     hawkfish.MigrationOrder
	near, far durable.Queue
	ran       bool // it is to be started at its new host
	stopped   bool // it has been shut down for that
}

func (m *move) system() steps.System { return steps.System{ID: m.order.SystemID} }

// board does what comes before the transfer: is it possible, is there room, is there place. All reasons why not are told at once.
func (m *move) board() error {
	seen, err := task.Need(m.Task, power.Observe, m.near, m.change())
	if err != nil {
		return err
	}
	if seen.Absent {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: m.order.SystemID, Message: "host " + m.From + " does not know it"}
	}
	m.ran = m.Mode == hawkfish.MigrateCold && hawkfish.IsOn(seen.Power)
	if !hawkfish.IsOn(seen.Power) {
		m.Mode = hawkfish.MigrateCold
	}
	m.OnFailure(func() error {
		_, err := task.Do(m.Task, placement.Release, durable.Fleet, placement.System{ID: m.order.SystemID})
		return err
	})
	m.undo()
	var refused error
	m.Departing, refused = task.Try(m.Task, steps.Offer, m.near, m.Way)
	to, err := task.Try(m.Task, placement.Reserve, durable.Fleet, hawkfish.Departure{
		SystemID: m.order.SystemID, To: m.order.To, Live: m.Mode != hawkfish.MigrateCold, For: roomFor,
	})
	if refused != nil || err != nil {
		return join(refused, err)
	}
	m.To, m.far = to.ID, durable.Host(to.ID)
	if err := m.prepare(); err != nil {
		return err
	}
	return m.begin()
}

// join tells several reasons, unless one is that the task was cancelled.
func join(all ...error) error {
	for _, err := range all {
		if durable.IsCancelled(err) {
			return err
		}
	}
	return errors.Join(all...)
}

// undo says how all is taken back while the guest has not gone: the transfer ends before its place is cleaned, and a guest that was shut down for it
// is started when both are done.
func (m *move) undo() {
	m.OnFailure(func() error {
		if !m.stopped {
			return nil
		}
		change := m.change()
		change.Guest = &m.Guest
		seen, err := task.Do(m.Task, power.Start, m.near, change)
		m.Saw(seen)
		return err
	})
	m.OnFailure(func() error {
		if m.far == "" {
			return nil
		}
		_, err := task.Do(m.Task, steps.Clean, m.far, m.system())
		return err
	})
	m.OnFailure(func() error {
		_, err := task.Do(m.Task, steps.Abort, m.near, m.Way)
		return err
	})
}

// prepare makes place at the new host, and brings there what is not transferred.
func (m *move) prepare() (err error) {
	for range tries {
		if m.Landing, err = task.Try(m.Task, steps.Prepare, m.far, m.Way); err != nil || m.Landing.Ready() {
			return err
		}
		if err := m.fetch(); err != nil {
			return err
		}
	}
	return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", ID: m.To, Message: "the host does not keep what the guest needs"}
}

// fetch brings what the new host has not got. A medium that cannot be had there keeps the guest where it is.
func (m *move) fetch() error {
	if m.Landing.NeedsImage {
		source, err := task.Need(m.Task, steps.Source, durable.Fleet, m.system())
		if err != nil {
			return err
		}
		if _, err := task.Try(m.Task, images.Fetch, m.far, source); err != nil {
			return err
		}
	}
	for _, slot := range m.Landing.NeedsMedia {
		drive := m.Guest.Machine.Media[slot]
		got, err := task.Try(m.Task, media.Fetch, m.far, drive.Insertion(m.order.SystemID, slot))
		switch {
		case durable.IsCancelled(err):
			return err
		case err != nil || got.SHA256 != drive.Medium.SHA256:
			return &hawkfish.Error{
				Kind: hawkfish.Conflict, Resource: "VirtualMedia", ID: string(slot),
				Message: "host " + m.To + " cannot fetch the image in it as it was; eject it first",
			}
		}
	}
	return nil
}

// begin notes that the system is on its way, and shuts down a guest that is not to run meanwhile.
func (m *move) begin() error {
	_, err := task.Need(m.Task, steps.Begin, durable.Fleet, steps.Beginning{
		ID: m.ID(), SystemID: m.order.SystemID, From: m.From, To: m.To, Plan: m.MigrationPlan, Shared: m.Landing.Shared, Requester: m.order.Requester,
	})
	if err != nil || !m.ran {
		return err
	}
	m.stopped = true
	_, err = task.Try(m.Task, power.Shutdown, m.near, m.change())
	if hawkfish.KindOf(err) == hawkfish.TimedOut && !durable.IsCancelled(err) { // it ignores its power button
		_, err = task.Do(m.Task, power.Stop, m.near, m.change())
	}
	return err
}

func (m *move) change() power.Change {
	return power.Change{SystemID: m.order.SystemID, Operation: m.ID()}
}

// arrive makes the new host the system's. Its guest is there: from here the task goes forward.
func (m *move) arrive() error {
	m.Commit()
	if _, err := task.Need(m.Task, steps.Commit, durable.Fleet, steps.Record{ID: m.ID()}); err != nil {
		return err
	}
	if err := m.On(m.To); err != nil {
		return err
	}
	came, err := task.Do(m.Task, steps.Settle, m.far, m.Way)
	if err != nil {
		return err
	}
	m.Saw(came.Seen)
	if _, err := task.Do(m.Task, steps.Note, durable.Fleet, steps.Record{ID: m.ID(), Result: came.Result}); err != nil {
		return err
	}
	if m.ran {
		change := m.change()
		change.Guest = &m.Guest
		seen, err := task.Do(m.Task, power.Start, m.far, change)
		if err != nil {
			return err
		}
		m.Saw(seen)
	}
	return m.leave()
}

// leave removes what the old host has. One that does not answer is told when it does again.
func (m *move) leave() error {
	_, err := task.Try(m.Task, steps.Forget, m.near, steps.Gone{SystemID: m.order.SystemID, Shared: m.Landing.Shared})
	if err == nil {
		return nil
	}
	left := hawkfish.Leftover{SystemID: m.order.SystemID, Disks: !m.Landing.Shared}
	_, err = task.Do(m.Task, steps.Leave, durable.Fleet, steps.Left{HostID: m.From, Left: left})
	return err
}
