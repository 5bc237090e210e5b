package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/migration"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/internal/durable/durabletest"
	"github.com/projectbeskar/hawkfish/schemas"
	migrationflow "github.com/projectbeskar/hawkfish/workflows/migration"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

var (
	offer, prepareAt, begin, send       = migration.Offer.Name, migration.Prepare.Name, migration.Begin.Name, migration.Send.Name
	abort, standing, commit             = migration.Abort.Name, migration.State.Name, migration.Commit.Name
	settle, note, cleanUp               = migration.Settle.Name, migration.Note.Name, migration.Clean.Name
	forget, leaveBehind, shutdown       = migration.Forget.Name, migration.Leave.Name, power.Shutdown.Name
	boards                              = []string{locate, observe, offer, placement.Reserve.Name, prepareAt}
	brokenOff                     error = &hawkfish.Error{Kind: hawkfish.Unavailable, Resource: "ComputerSystem", ID: "s1", Message: "the transfer has broken off", Permanent: true}
)

// crossing is what becomes of transfers, and what the hosts h1 and h2 then say, one after the other; the last holds on. None: all goes well.
type crossing struct {
	sent  []error
	stand [][2]hawkfish.Standing
	sends int
	looks map[string]int
}

// migrates lets the world's hosts exchange a guest.
func (w *world) migrates() {
	durabletest.Step(w.Run, migration.Offer, func(migration.Way) hawkfish.Departing { return hawkfish.Departing{Token: "t"} })
	durabletest.Step(w.Run, migration.Prepare, func(migration.Way) hawkfish.Landing { return hawkfish.Landing{URI: "x"} })
	durabletest.Try(w.Run, migration.Send, func(migration.Way) (durable.None, error) {
		w.sends++
		if len(w.sent) == 0 {
			return durable.None{}, nil
		}
		return durable.None{}, w.sent[min(w.sends, len(w.sent))-1]
	})
	durabletest.Step(w.Run, migration.State, func(q migration.Question) migration.Standing {
		if len(w.stand) == 0 {
			return migration.Standing{Is: map[string]hawkfish.Standing{"h1": hawkfish.StandsNowhere, "h2": hawkfish.StandsHere}[q.HostID]}
		}
		if w.looks == nil {
			w.looks = map[string]int{}
		}
		w.looks[q.HostID]++
		say := w.stand[min(w.looks[q.HostID], len(w.stand))-1]
		return migration.Standing{Is: say[slices.Index([]string{"h1", "h2"}, q.HostID)]}
	})
	durabletest.Step(w.Run, migration.Settle, func(migration.Way) hawkfish.Arrival {
		return hawkfish.Arrival{Seen: hawkfish.Observation{SystemID: "s1", Power: w.power, At: time.Unix(2, 0)}}
	})
	durabletest.Step(w.Run, migration.Source, func(migration.System) hawkfish.ImageSource { return hawkfish.ImageSource{SHA256: "d"} })
	durabletest.Does(w.Run, migration.Abort)
	durabletest.Does(w.Run, migration.Clean)
	durabletest.Does(w.Run, migration.Forget)
	durabletest.Does(w.Run, migration.Begin)
	durabletest.Does(w.Run, migration.Commit)
	durabletest.Does(w.Run, migration.Note)
	durabletest.Does(w.Run, migration.Leave)
}

// Where the guest is decides what is done, and not what the transfer says of itself.
func TestTransfersThatBreakOff(t *testing.T) {
	const here, nowhere, sent, off = hawkfish.StandsHere, hawkfish.StandsNowhere, hawkfish.StandsSent, hawkfish.StandsOff
	begins := append(slices.Clone(boards), begin)
	looks := []string{send, standing, standing}
	arrives := []string{commit, settle, note, forget, finish}
	undoes := []string{abort, cleanUp, release, finish}
	retries := []string{abort, offer, cleanUp, prepareAt}
	notConverged := hawkfish.NotConverged(hawkfish.Passage{Guest: hawkfish.Guest{ID: "s1"}})
	for _, tt := range []struct {
		name  string
		sent  []error
		stand [][2]hawkfish.Standing
		want  []string
		state schemas.TaskState
	}{
		{"it says that it broke off, and the guest has arrived", []error{brokenOff}, [][2]hawkfish.Standing{{nowhere, here}}, slices.Concat(begins, looks, arrives), schemas.TaskStateCompleted},
		{"the old host does not answer, and the guest has arrived", []error{brokenOff}, [][2]hawkfish.Standing{{hawkfish.StandsUnknown, here}}, slices.Concat(begins, looks, arrives), schemas.TaskStateCompleted},
		{"the old host has still to hear of it", nil, [][2]hawkfish.Standing{{sent, here}}, slices.Concat(begins, looks, arrives), schemas.TaskStateCompleted},
		{"it broke off once", []error{brokenOff, nil}, [][2]hawkfish.Standing{{here, nowhere}, {nowhere, here}}, slices.Concat(begins, looks, retries, looks, arrives), schemas.TaskStateCompleted},
		{"it breaks off always", []error{brokenOff}, [][2]hawkfish.Standing{{here, nowhere}}, slices.Concat(begins, looks, retries, looks, retries, looks, undoes), schemas.TaskStateException},
		{"the guest has ended meanwhile", []error{brokenOff}, [][2]hawkfish.Standing{{off, nowhere}}, slices.Concat(begins, looks, retries, looks, retries, looks, undoes), schemas.TaskStateException},
		{"the guest does not converge", []error{notConverged}, [][2]hawkfish.Standing{{here, nowhere}}, slices.Concat(begins, looks, undoes), schemas.TaskStateException},
		{"it is followed again", []error{brokenOff, nil}, [][2]hawkfish.Standing{{hawkfish.StandsSending, hawkfish.StandsIncoming}, {nowhere, here}}, slices.Concat(begins, looks, looks, arrives), schemas.TaskStateCompleted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.sent, w.stand = tt.sent, tt.stand
			w.ExecuteWorkflow(migrationflow.Run, hawkfish.MigrationOrder{SystemID: "s1"})
			if !slices.Equal(w.Ran, tt.want) || w.ending.Outcome.State != tt.state || len(w.suspended) > 0 {
				t.Errorf("ran  %v\nwant %v\nended %+v, suspended %v", w.Ran, tt.want, w.ending.Outcome, w.suspended)
			}
		})
	}
}

// When nobody knows where the guest is nothing is touched, whatever the person decides who is asked.
func TestNobodyKnowsWhereTheGuestIs(t *testing.T) {
	unknown := [2]hawkfish.Standing{hawkfish.StandsUnknown, hawkfish.StandsNowhere}
	torn := [2]hawkfish.Standing{hawkfish.StandsHalfSent, hawkfish.StandsHalfCome}
	arrived := [2]hawkfish.Standing{hawkfish.StandsNowhere, hawkfish.StandsHere}
	for _, tt := range []struct {
		name   string
		stand  [][2]hawkfish.Standing
		step   string
		decide task.Decision
		state  schemas.TaskState
	}{
		{"and later they do", append(slices.Repeat([][2]hawkfish.Standing{unknown}, 5), arrived), migrationflow.LocateStep, task.Retry, schemas.TaskStateCompleted},
		{"and it is given up", [][2]hawkfish.Standing{unknown}, migrationflow.LocateStep, task.Abort, schemas.TaskStateException},
		{"a part of it is here and a part there, and the transfer goes on", [][2]hawkfish.Standing{torn, arrived}, send, task.Retry, schemas.TaskStateCompleted},
		{"a part of it is here and a part there, and it is given up", [][2]hawkfish.Standing{torn}, send, task.Abort, schemas.TaskStateException},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.sent, w.stand = []error{brokenOff}, tt.stand
			w.RegisterDelayedCallback(func() {
				if len(w.suspended) != 1 || w.suspended[0].Step != tt.step || !w.suspended[0].Committed || !w.suspended[0].Needed {
					t.Errorf("suspended: %+v", w.suspended)
				}
				w.decide(tt.decide)
			}, 10*time.Minute)
			w.ExecuteWorkflow(migrationflow.Run, hawkfish.MigrationOrder{SystemID: "s1"})
			if w.ending.Outcome.State != tt.state {
				t.Errorf("ended %+v", w.ending.Outcome)
			}
			if tt.decide == task.Abort && slices.ContainsFunc(w.Ran, func(step string) bool {
				return slices.Contains([]string{abort, cleanUp, release, commit, forget}, step)
			}) {
				t.Errorf("something was touched: %v", w.Ran)
			}
		})
	}
}

// A task that is cancelled takes its guest back, unless that has arrived.
func TestMigrationIsCancelled(t *testing.T) {
	for name, tt := range map[string]struct {
		stand [2]hawkfish.Standing
		ends  []string
		state schemas.TaskState
	}{
		"in time":  {[2]hawkfish.Standing{hawkfish.StandsHere, hawkfish.StandsNowhere}, []string{abort, standing, standing, abort, cleanUp, release, finish}, schemas.TaskStateCancelled},
		"too late": {[2]hawkfish.Standing{hawkfish.StandsNowhere, hawkfish.StandsHere}, []string{abort, standing, standing, commit, settle, note, forget, finish}, schemas.TaskStateCompleted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.stand = [][2]hawkfish.Standing{tt.stand}
			w.Fail = func(step string) error {
				if step == send {
					w.CancelWorkflow()
				}
				return nil
			}
			w.ExecuteWorkflow(migrationflow.Run, hawkfish.MigrationOrder{SystemID: "s1"})
			at := slices.Index(w.Ran, send)
			if at < 0 || !slices.Equal(w.Ran[at+1:], tt.ends) || w.ending.Outcome.State != tt.state {
				t.Errorf("ran %v\nwant ... %v\nended %+v", w.Ran, tt.ends, w.ending.Outcome)
			}
		})
	}
}

// A host that does not answer when its guest has gone is told when it does again.
func TestOldHostIsGoneWhenTheGuestHas(t *testing.T) {
	w := newWorld(t)
	w.Fail = func(step string) error {
		if step == forget {
			return &hawkfish.Error{Kind: hawkfish.Unavailable, Permanent: true}
		}
		return nil
	}
	w.ExecuteWorkflow(migrationflow.Run, hawkfish.MigrationOrder{SystemID: "s1"})
	if n := len(w.Ran); w.ending.Outcome.State != schemas.TaskStateCompleted || !slices.Equal(w.Ran[n-3:], []string{forget, leaveBehind, finish}) {
		t.Errorf("ran %v, ended %+v", w.Ran, w.ending.Outcome)
	}
}
