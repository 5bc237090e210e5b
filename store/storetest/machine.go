package storetest

import (
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

const once, pxe = schemas.BootSourceOverrideEnabledOnce, schemas.BootSourcePxe

// A change of the machine is what the system is to be at once; its guest has it when the host says so.
func testReconfigure(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	s := f.Ready(t, "web1", nil)
	clock := time.Now().Truncate(time.Microsecond)
	look := func(o hawkfish.Observation) hawkfish.System {
		t.Helper()
		clock = clock.Add(time.Second)
		o.SystemID, o.At = s.ID, clock
		ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{o}, time.Time{}))
		return must(f.FindSystem(t.Context(), all, s.ID))(t)
	}
	change := func(alter hawkfish.SystemChange) (hawkfish.System, hawkfish.Task) {
		t.Helper()
		after, task, err := f.UpdateSystem(t.Context(), all, s.ID, 0, alter, f.Wish(hawkfish.OpConfigure, hawkfish.Target{}))
		ok(t, err)
		equal(t, "found", must(f.FindSystem(t.Context(), all, s.ID))(t), after)
		return after, task
	}
	override := func(serial int64) hawkfish.SystemChange {
		return func(s *hawkfish.System) error {
			s.Machine.Boot.Override = hawkfish.BootOverride{Enabled: once, Target: pxe, Serial: serial}
			return nil
		}
	}

	off, task := change(func(s *hawkfish.System) error { s.MemoryMiB = 1024; return nil })
	equal(t, "nothing runs as it was", off.Running == nil, true)
	equal(t, "carried", []any{task.Operation, task.State, task.Target.Name}, []any{hawkfish.OpConfigure, schemas.TaskStateNew, "web1"})
	look(hawkfish.Observation{Power: schemas.PowerStateOn, Generation: off.Machine.Generation})

	_, second := change(override(7))
	equal(t, "one has its turn, the next one waits", second.State, schemas.TaskStatePending)
	on, third := change(func(s *hawkfish.System) error { s.CPUs = 4; return nil })
	equal(t, "and does for all that follow", third.ID, "")
	equal(t, "still runs as it was", []any{on.Running.CPUs, on.Running.MemoryMiB, on.Now().CPUs, on.CPUs}, []any{1, int64(1024), 1, 4})

	older := look(hawkfish.Observation{Power: schemas.PowerStateOn, Generation: on.Machine.Generation - 1, Booted: 6})
	equal(t, "an older boot settles nothing", older, withObservation(on, older))
	booted := look(hawkfish.Observation{Power: schemas.PowerStateOn, Generation: on.Machine.Generation, Booted: 7})
	equal(t, "booted", booted.Running == nil, true)
	equal(t, "consumed", booted.Machine.Boot.Override, hawkfish.BootOverride{Serial: 7})

	same, none := change(func(*hawkfish.System) error { return nil })
	equal(t, "nothing changed", []any{same.Revision, none.ID}, []any{booted.Revision, ""})
	change(override(8))
	again := look(hawkfish.Observation{Power: schemas.PowerStateOff, Booted: 7})
	equal(t, "another override than was consumed", again.Machine.Boot.Override.Active(), true)
	equal(t, "off", again.Running == nil, true)

	look(hawkfish.Observation{Power: schemas.PowerStateOn, Generation: again.Machine.Generation, Booted: 8})
	look(hawkfish.Observation{Power: schemas.PowerStateOff, Cause: hawkfish.CauseSuspended, Generation: again.Machine.Generation})
	asleep, _ := change(func(s *hawkfish.System) error { s.MemoryMiB = 2048; return nil })
	equal(t, "goes on as it was", asleep.Now().MemoryMiB, again.MemoryMiB)
	asleep = look(hawkfish.Observation{Power: schemas.PowerStateOff, Cause: hawkfish.CauseSuspended, Generation: asleep.Machine.Generation})
	equal(t, "still goes on as it was", asleep.Now().MemoryMiB, again.MemoryMiB)
	again = look(hawkfish.Observation{Power: schemas.PowerStateOff, Cause: hawkfish.CauseForcedOff, Generation: asleep.Machine.Generation})
	equal(t, "forgotten", again.Running == nil, true)
	_, _, err := f.UpdateSystem(t.Context(), all, s.ID, again.Revision-1, override(9), hawkfish.Task{})
	fails(t, err, hawkfish.Stale)
}

// withObservation is s with what every look changes.
func withObservation(s, look hawkfish.System) hawkfish.System {
	s.ObservedAt, s.UpdatedAt = look.ObservedAt, look.UpdatedAt
	return s
}
