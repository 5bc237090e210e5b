package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

var roomy = hawkfish.Resources{CPUs: 1000, MemoryMiB: 1 << 30, DiskGiB: 1 << 20}

// power counts the events of power changes.
func (f Fleet) power(t *testing.T) (n int) {
	t.Helper()
	for _, e := range must(f.ReadEvents(t.Context(), 0, 1000))(t) {
		if e.Kind == hawkfish.EventPowerChanged {
			n++
		}
	}
	return n
}

func testObserve(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	s := f.Ready(t, "web1", nil)
	now := time.Now().Truncate(time.Microsecond)
	look := func(o hawkfish.Observation) hawkfish.System {
		t.Helper()
		o.SystemID = s.ID
		seen := []hawkfish.Observation{o, {SystemID: uuid.NewString(), At: o.At}, {SystemID: "no id", At: o.At}}
		ok(t, f.Observe(t.Context(), "h1", seen, time.Time{}))
		return must(f.FindSystem(t.Context(), all, s.ID))(t)
	}
	on := look(hawkfish.Observation{Power: schemas.PowerStateOn, At: now, LastReset: now})
	equal(t, "on", []any{on.Power, on.Revision, on.LastReset.Equal(now)}, []any{schemas.PowerStateOn, s.Revision + 1, true})
	equal(t, "events", f.power(t), 1)

	late := look(hawkfish.Observation{Power: schemas.PowerStateOff, At: now.Add(-time.Second)})
	equal(t, "what arrives late changes nothing", late, on)
	same := look(hawkfish.Observation{Power: schemas.PowerStateOn, At: now.Add(time.Second)})
	equal(t, "same revision, same reset", []any{same.Revision, same.LastReset}, []any{on.Revision, on.LastReset})
	equal(t, "later look", same.ObservedAt.Equal(now.Add(time.Second)), true)

	ok(t, f.Observe(t.Context(), "h2", []hawkfish.Observation{{SystemID: s.ID, Power: schemas.PowerStateOff, At: now.Add(time.Hour)}}, time.Time{}))
	equal(t, "another host's word", must(f.FindSystem(t.Context(), all, s.ID))(t), same)

	lost := look(hawkfish.Observation{Absent: true, At: now.Add(2 * time.Second)})
	equal(t, "lost", []any{lost.Phase, lost.Power}, []any{hawkfish.PhaseLost, schemas.PowerStateOff})
	back := look(hawkfish.Observation{Power: schemas.PowerStateOn, At: now.Add(3 * time.Second)})
	equal(t, "back", []any{back.Phase, back.Power}, []any{hawkfish.PhaseReady, schemas.PowerStateOn})
	equal(t, "events", f.power(t), 3)

	ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{ // the last look counts, wherever it stands
		{SystemID: s.ID, Power: schemas.PowerStateOff, At: now.Add(5 * time.Second)},
		{SystemID: s.ID, Power: schemas.PowerStateOn, At: now.Add(4 * time.Second)},
	}, time.Time{}))
	equal(t, "last", must(f.FindSystem(t.Context(), all, s.ID))(t).Power, schemas.PowerStateOff)
}

func testObserveComplete(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	here, gone, later := f.Ready(t, "here", nil), f.Ready(t, "gone", nil), f.Ready(t, "later", nil)
	provisioning, _ := f.Provisioning(t, "provisioning", nil)
	_ = must(f.PlaceSystem(t.Context(), provisioning.ID))(t)
	looked := time.Now().Add(time.Minute) // the host's clock
	ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{{SystemID: later.ID, Power: schemas.PowerStateOn, At: looked.Add(time.Second)}}, time.Time{}))
	ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{{SystemID: here.ID, Power: schemas.PowerStateOn, At: looked}}, looked))
	for id, phase := range map[string]hawkfish.SystemPhase{
		here.ID: hawkfish.PhaseReady, gone.ID: hawkfish.PhaseLost, later.ID: hawkfish.PhaseReady, provisioning.ID: hawkfish.PhaseProvisioning,
	} {
		s := must(f.FindSystem(t.Context(), all, id))(t)
		equal(t, s.Name, s.Phase, phase)
	}
	ok(t, f.Observe(t.Context(), "h1", nil, looked.Add(time.Hour)))
	equal(t, "an empty host", must(f.FindSystem(t.Context(), all, here.ID))(t).Phase, hawkfish.PhaseLost)
	ok(t, f.Observe(t.Context(), "h1", nil, time.Time{}))
}
