package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// A system grows within what its host has left, however many grow at once; what a guest has not given back is not left.
func testResize(t *testing.T, f Fleet) {
	f.Announce(t, "h1", hawkfish.Resources{CPUs: 8, MemoryMiB: 8192, DiskGiB: 1000}, "default")
	sized := func(cpus int, memory int64) hawkfish.SystemChange {
		return func(s *hawkfish.System) error { s.CPUs, s.MemoryMiB = cpus, memory; return nil }
	}
	resize := func(s hawkfish.System, cpus int, memory int64) error {
		_, _, err := f.UpdateSystem(t.Context(), all, s.ID, 0, sized(cpus, memory), f.Wish(hawkfish.OpConfigure, hawkfish.Target{}))
		return err
	}
	a, b := f.Ready(t, "a", nil), f.Ready(t, "b", nil)
	ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{{SystemID: a.ID, Power: schemas.PowerStateOn, At: time.Now()}}, time.Time{}))
	ok(t, resize(a, 4, 4096))
	equal(t, "both are told", len(hawkfish.Faults(resize(b, 5, 4097))), 2)
	fails(t, resize(b, 5, 512), hawkfish.Exhausted)
	ok(t, resize(b, 4, 4096))
	ok(t, resize(b, 1, 512))

	// Two that together want more than there is.
	c := f.Ready(t, "c", nil)
	ok(t, resize(a, 2, 1024)) // its guest, which had not yet grown, has no more to give back
	var both sync.WaitGroup
	errs := make([]error, 2)
	for i, s := range []hawkfish.System{b, c} {
		both.Go(func() { errs[i] = resize(s, 4, 1024) })
	}
	both.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			fails(t, err, hawkfish.Exhausted)
		}
	}
	equal(t, "winners", won, 1)

	// What runs still takes what it has.
	h := must(f.FindHost(t.Context(), "h1"))(t)
	running := must(f.FindSystem(t.Context(), all, a.ID))(t)
	ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{
		{SystemID: a.ID, Power: schemas.PowerStateOn, At: time.Now().Add(time.Second), Generation: running.Machine.Generation},
	}, time.Time{}))
	ok(t, resize(a, 1, 512))
	equal(t, "not given back", must(f.FindHost(t.Context(), "h1"))(t).Allocated, h.Allocated)
	ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{{SystemID: a.ID, Power: schemas.PowerStateOff, At: time.Now().Add(2 * time.Second)}}, time.Time{}))
	equal(t, "given back", must(f.FindHost(t.Context(), "h1"))(t).Allocated.CPUs, h.Allocated.CPUs-1)
}
