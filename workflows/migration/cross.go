package migration

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	steps "github.com/projectbeskar/hawkfish/activities/migration"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// LocateStep names, where the task waits for a person, that nobody can say where the guest is.
const LocateStep = "migration.Locate"

const (
	// looks is how often hosts are asked that cannot say where the guest is before a person is.
	looks     = 5
	lookAgain = 5 * time.Second
)

// cross transfers the guest. It returns nil when the guest has arrived, and an error when it has stayed: then all can be taken back.
func (m *move) cross() error {
	for try := 1; ; try++ {
		_, failure := task.Try(m.Task, steps.Send, m.near, m.Way)
		if durable.IsCancelled(failure) {
			return m.turnBack(failure)
		}
		where, err := m.locate()
		switch {
		case err != nil:
			return err
		case where == hawkfish.Arrived:
			return nil
		case where == hawkfish.Torn || where == hawkfish.Underway:
			if err := m.resume(where, failure); durable.IsCancelled(err) {
				return m.turnBack(err)
			} else if err != nil {
				return err
			}
			continue
		case failure == nil: // it says that the guest has gone, which it has not
			failure = hawkfish.Down("host "+m.From, nil)
		}
		if try >= tries || hawkfish.KindOf(failure) != hawkfish.Unavailable {
			return failure
		}
		if err := m.again(); err != nil {
			return err
		}
	}
}

// again makes place anew for a transfer that has broken off.
func (m *move) again() error {
	if err := m.SleepUntil(m.Now().Add(lookAgain), "before the transfer is begun again"); err != nil {
		return err
	}
	_, err := task.Try(m.Task, steps.Abort, m.near, m.Way) // a guest that is held goes on
	if err != nil {
		return err
	}
	if m.Departing, err = task.Try(m.Task, steps.Offer, m.near, m.Way); err != nil {
		return err
	}
	if _, err = task.Try(m.Task, steps.Clean, m.far, m.system()); err != nil {
		return err
	}
	return m.prepare()
}

// resume asks a person when the guest runs at its new host and needs memory from its old one. Nobody can take that back.
func (m *move) resume(where hawkfish.Whereabouts, failure error) error {
	if where == hawkfish.Underway {
		return m.SleepUntil(m.Now().Add(lookAgain), "before the transfer is followed again")
	}
	why := &hawkfish.Error{
		Kind: hawkfish.Unavailable, Resource: "ComputerSystem", ID: m.order.SystemID, Err: failure,
		Message: fmt.Sprintf("its guest runs on host %s, and a part of its memory is still on host %s: the connection between them has broken. Retry goes on with the transfer; "+
			"switch off neither host", m.To, m.From),
	}
	decision, stopped := m.Ask(steps.Send.Name, why)
	if stopped != nil || decision == task.Abort {
		m.LeaveAsIs()
		return why
	}
	return nil
}

// turnBack ends a transfer because the task was cancelled, unless it is too late for that: then the guest has arrived.
func (m *move) turnBack(cancelled error) error {
	return m.Shielded(func() error {
		for {
			_, err := task.Try(m.Task, steps.Abort, m.near, m.Way)
			where, lost := m.locate()
			switch {
			case lost != nil:
				return lost
			case where == hawkfish.Arrived:
				return nil
			case where == hawkfish.Stayed:
				return cancelled
			case where == hawkfish.Torn:
				if err := m.resume(where, err); err != nil {
					return err
				}
				_, _ = task.Try(m.Task, steps.Send, m.near, m.Way)
			default:
				if err := m.SleepUntil(m.Now().Add(lookAgain), "before the transfer is looked at again"); err != nil {
					return err
				}
			}
		}
	})
}

// locate asks both hosts where the guest is. When they cannot say it waits for a person. Its error says that nobody knows, and then nothing is
// taken back: what would be removed may be the guest.
func (m *move) locate() (where hawkfish.Whereabouts, err error) {
	err = m.Shielded(func() error {
		for look := 1; ; look++ {
			from, to := m.standings()
			if where = hawkfish.Locate(from, to); where != hawkfish.Uncertain {
				return nil
			}
			if look%looks != 0 {
				if err := m.SleepUntil(m.Now().Add(lookAgain), "before the hosts are asked again"); err != nil {
					return err
				}
				continue
			}
			why := &hawkfish.Error{
				Kind: hawkfish.Unavailable, Resource: "ComputerSystem", ID: m.order.SystemID,
				Message: fmt.Sprintf("nobody can say where its guest is: host %s says %s, host %s says %s. Nothing is touched until they can; Retry asks them again", m.From, from, m.To, to),
			}
			if decision, stopped := m.Ask(LocateStep, why); stopped != nil || decision == task.Abort {
				m.LeaveAsIs()
				return why
			}
		}
	})
	return where, err
}

// standings asks both hosts at the same time.
func (m *move) standings() (from, to hawkfish.Standing) {
	all := workflow.NewWaitGroup(m.Context())
	m.ask(all, m.From, &from)
	m.ask(all, m.To, &to)
	all.Wait(m.Context())
	return from, to
}

func (m *move) ask(all workflow.WaitGroup, host string, says *hawkfish.Standing) {
	all.Add(1)
	workflow.Go(m.Context(), func(ctx workflow.Context) {
		defer all.Done()
		*says = hawkfish.StandsUnknown
		if answer, err := steps.State.Run(ctx, durable.Host(host), steps.Question{SystemID: m.order.SystemID, HostID: host}); err == nil {
			*says = answer.Is
		}
	})
}
