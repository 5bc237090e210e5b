package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// While a task takes a system's power somewhere, callers see it on its way.
func testPowerState(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	s := f.Ready(t, "web1", nil)
	clock := time.Now().Truncate(time.Microsecond)
	look := func(power schemas.PowerState) {
		t.Helper()
		clock = clock.Add(time.Second)
		ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{{SystemID: s.ID, Power: power, At: clock}}, time.Time{}))
	}
	shows := func(what string, want schemas.PowerState) hawkfish.System {
		t.Helper()
		now := must(f.FindSystem(t.Context(), all, s.ID))(t)
		equal(t, what, now.PowerState, want)
		return now
	}
	reset := func(r schemas.ResetType) hawkfish.Task {
		t.Helper()
		wish := f.Wish(hawkfish.OpReset, of(s))
		wish.Input = must(json.Marshal(map[string]any{"system": s.ID, "type": r}))(t)
		return must(f.OpenTask(t.Context(), wish))(t)
	}
	const on, off, rising, falling = schemas.PowerStateOn, schemas.PowerStateOff, schemas.PowerStatePoweringOn, schemas.PowerStatePoweringOff

	before := shows("off", off)
	start := reset(schemas.ResetTypeOn)
	equal(t, "its ETag is another", shows("on its way on", rising).Revision, before.Revision+1)
	again, stop := reset(schemas.ResetTypeOn), reset(schemas.ResetTypeGracefulShutdown)
	look(on)
	running := shows("on", on)
	f.Finish(t, start, schemas.TaskStateCompleted)
	shows("already so", on)
	f.Finish(t, again, schemas.TaskStateCompleted)
	equal(t, "its ETag is another", shows("the next one's turn", falling).Revision, running.Revision+1)
	filtered, _, err := f.SystemIDsWith(t.Context(), all, hawkfish.SystemFilter{Power: ptr(falling)}, hawkfish.Page{})
	ok(t, err)
	equal(t, "lists show the same", filtered, []string{s.ID})
	f.Finish(t, stop, schemas.TaskStateException)
	shows("the guest did not obey", on)

	cycle := reset(schemas.ResetTypePowerCycle)
	shows("first off", falling)
	look(off)
	shows("then on", rising)
	look(on)
	f.Finish(t, cycle, schemas.TaskStateCompleted)
	shows("on again", on)

	button := reset(schemas.ResetTypePushPowerButton)
	shows("a button switches off what is on", falling)
	look(off)
	shows("and it stays off", off)
	f.Finish(t, button, schemas.TaskStateCompleted)
	button = reset(schemas.ResetTypePushPowerButton)
	shows("and on what is off", rising)
	f.Finish(t, button, schemas.TaskStateCancelled)
	shows("off", off)
}

// Why the power is what it is holds until something else is known.
func testPowerCause(t *testing.T, f Fleet) {
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
	const on, off, held = schemas.PowerStateOn, schemas.PowerStateOff, schemas.PowerStatePaused
	first := look(hawkfish.Observation{Power: on, LastReset: clock, ResetCause: schemas.LastResetCausesManagementCommand})
	equal(t, "on", []any{first.PowerCause, first.ResetCause}, []any{hawkfish.PowerCause(""), schemas.LastResetCausesManagementCommand})
	crashed := look(hawkfish.Observation{Power: off, Cause: hawkfish.CauseCrashed})
	equal(t, "crashed", []any{crashed.PowerCause, crashed.ResetCause}, []any{hawkfish.CauseCrashed, schemas.LastResetCausesManagementCommand})
	same := look(hawkfish.Observation{Power: off})
	equal(t, "the host has forgotten why", []any{same.PowerCause, same.Revision}, []any{hawkfish.CauseCrashed, crashed.Revision})
	equal(t, "on again", look(hawkfish.Observation{Power: on}).PowerCause, hawkfish.PowerCause(""))
	failed := look(hawkfish.Observation{Power: held, Cause: hawkfish.CauseIOError})
	equal(t, "held", failed.PowerCause, hawkfish.CauseIOError)
	asked := look(hawkfish.Observation{Power: held, Cause: hawkfish.CausePaused})
	equal(t, "for another reason", []any{asked.PowerCause, asked.Revision}, []any{hawkfish.CausePaused, failed.Revision + 1})
	equal(t, "gone", look(hawkfish.Observation{Absent: true}).PowerCause, hawkfish.PowerCause(""))

	var told []hawkfish.PowerCause
	for _, e := range must(f.ReadEvents(t.Context(), 0, 1000))(t) {
		if e.Kind == hawkfish.EventPowerChanged {
			var d hawkfish.PowerDetail
			ok(t, json.Unmarshal(e.Detail, &d))
			told = append(told, d.Cause)
		}
	}
	equal(t, "told", told, []hawkfish.PowerCause{"", hawkfish.CauseCrashed, "", hawkfish.CauseIOError, ""})
}
