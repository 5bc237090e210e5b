package hypervisortest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// fixture is one test's host, with what it takes to use it and to clean up.
type fixture struct {
	*testing.T
	World
	Host
}

// ctx is a context for one call.
func (f *fixture) ctx() context.Context {
	ctx, cancel := context.WithTimeout(f.Context(), f.Patience)
	f.Cleanup(cancel)
	return ctx
}

// afterwards runs clean with a context that the end of the test has not cancelled.
func (f *fixture) afterwards(clean func(ctx context.Context)) {
	f.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(f.Context()), f.Patience)
		defer cancel()
		clean(ctx)
	})
}

// guest returns a guest of its own name, with a blank disk, and removes at
// the end of the test whatever it then has on the host.
func (f *fixture) guest() hawkfish.Guest {
	id := uuid.New()
	g := hawkfish.Guest{
		ID:        id.String(),
		Name:      "suite-" + id.String()[:13],
		ProjectID: uuid.NewString(),
		CPUs:      1,
		MemoryMiB: 64,
		DiskGiB:   1,
		Network:   f.Network,
		MAC:       macOf(id),
		Machine:   hawkfish.Machine{Boot: hawkfish.Boot{Primary: schemas.BootSourceHdd}},
	}
	f.afterwards(func(ctx context.Context) { f.remove(ctx, g.ID) })
	return g
}

// macOf makes a locally administered address in QEMU's range of a UUID.
func macOf(id uuid.UUID) string {
	const hex = "0123456789abcdef"
	mac := []byte("52:54:00")
	for _, b := range id[13:] {
		mac = append(mac, ':', hex[b>>4], hex[b&15])
	}
	return string(mac)
}

// remove takes a system off the host, and checks that it is gone.
func (f *fixture) remove(ctx context.Context, id string) {
	f.Helper()
	if _, err := f.Stop(ctx, id); err != nil && hawkfish.KindOf(err) != hawkfish.NotFound {
		f.Errorf("cleaning up, Stop: %v", err)
	}
	f.ok(f.Undefine(ctx, id))
	f.ok(f.DeleteDisks(ctx, id))
	all, err := f.ObserveAll(ctx)
	f.ok(err)
	if slices.ContainsFunc(all, func(o hawkfish.Observation) bool { return o.SystemID == id }) {
		f.Errorf("%s is still among the host's systems", id)
	}
}

// bootable returns a guest of World.Image, which is in the host's cache, with its disk and its domain.
func (f *fixture) bootable() hawkfish.Guest {
	f.Helper()
	f.fetch(f.Image)
	return f.cloned()
}

// cloned returns one that has been fetched before.
func (f *fixture) cloned() hawkfish.Guest {
	f.Helper()
	g := f.guest()
	g.Image = f.Image
	f.ok(f.CreateDisk(f.ctx(), g))
	f.ok(f.Define(f.ctx(), g))
	return g
}

// booted returns a guest that has written its boot text, and the observation of its start.
func (f *fixture) booted() (hawkfish.Guest, hawkfish.Observation) {
	f.Helper()
	g := f.bootable()
	started, err := f.Start(f.ctx(), g.ID)
	f.ok(err)
	f.awaitBoots(g.ID, 1)
	return g, started
}

// defined returns a guest with a blank disk and a domain, which is off.
func (f *fixture) defined() hawkfish.Guest {
	f.Helper()
	g := f.guest()
	f.ok(f.CreateDisk(f.ctx(), g))
	f.ok(f.Define(f.ctx(), g))
	return g
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// fails checks that err is a *hawkfish.Error of this kind, and returns it.
func (f *fixture) fails(err error, kind hawkfish.Kind) *hawkfish.Error {
	f.Helper()
	e, ok := errors.AsType[*hawkfish.Error](err)
	if !ok || e.Kind != kind {
		f.Fatalf("got error %v (%T), want one of kind %s", err, err, kind)
	}
	return e
}

// refuses checks that err is Invalid, and which property it blames.
func (f *fixture) refuses(err error, property string) {
	f.Helper()
	if e := f.fails(err, hawkfish.Invalid); e.Property != property {
		f.Fatalf("got property %q of %v, want %q", e.Property, err, property)
	}
}

// sees checks an observation's power state.
func (f *fixture) sees(o hawkfish.Observation, id string, power schemas.PowerState) {
	f.Helper()
	if o.SystemID != id || o.Absent || o.Power != power || o.At.IsZero() {
		f.Fatalf("got %+v, want %s of %s", o, power, id)
	}
}

// observe looks at a system now.
func (f *fixture) observe(id string) hawkfish.Observation {
	f.Helper()
	o, err := f.Observe(f.ctx(), id)
	f.ok(err)
	return o
}

// eventually polls until is reports true.
func (f *fixture) eventually(what string, is func() bool) {
	f.Helper()
	deadline := time.Now().Add(f.Patience)
	for !is() {
		if time.Now().After(deadline) {
			f.Fatalf("%s: not within %s", what, f.Patience)
		}
		select {
		case <-f.Context().Done():
			f.Fatal(f.Context().Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// awaitPower waits until the host sees a system in this state.
func (f *fixture) awaitPower(id string, power schemas.PowerState) hawkfish.Observation {
	f.Helper()
	var last hawkfish.Observation
	f.eventually(id+" is "+string(power), func() bool {
		last = f.observe(id)
		return last.Power == power
	})
	return last
}

// noValue keeps only the error of a call.
func noValue[T any](_ T, err error) error { return err }
