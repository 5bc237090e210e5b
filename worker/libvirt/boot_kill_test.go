package libvirt

import (
	"context"
	"testing"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// hands are what a test does to guests while there is no worker.
func (b bench) hands(t *testing.T) *Host {
	t.Helper()
	at, err := parseURI(b.URI())
	if err != nil {
		t.Fatal(err)
	}
	h := &Host{conns: newConnections(at, 2, 10*time.Second)}
	t.Cleanup(h.conns.close)
	return h
}

// doomed is a guest that runs, whose next boot is overridden once, and whose worker is about to die.
type doomed struct {
	*testing.T
	b     bench
	h     *Host
	hands *Host
	g     guest
	ctx   context.Context
}

func (d doomed) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d doomed) mark(alter func(m *mark)) {
	d.Helper()
	d.h.registry.change(d.g.record, alter)
	d.must(d.h.save(d.g.c, d.g.Domain, d.g.record))
}

func (d doomed) awaitOff() {
	d.Helper()
	eventually(d.T, "the guest ends", func() bool {
		state, _, err := d.g.c.DomainGetState(d.g.Domain, 0)
		return err == nil && isOff(golibvirt.DomainState(state))
	})
}

// A worker may die at any moment. The one that starts after it finds in the marks what it has to finish, and does nothing twice.
func TestADeadWorkersBootsAreFinished(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		dies   func(d doomed) // with whatever it has done by then
		power  schemas.PowerState
		booted int64
	}{
		"a reset was begun": {func(d doomed) {
			d.mark(func(m *mark) { m.Cycle = "op-1" })
			_ = d.h.Close()
		}, schemas.PowerStateOn, 0},
		"a reset had stopped the guest": {func(d doomed) {
			d.must(d.g.power.take(d.g.c))
			d.mark(func(m *mark) { m.Cycle = "op-1" })
			d.must(d.h.destroy(d.g))
			_ = d.h.Close()
		}, schemas.PowerStateOn, 5},
		"a reset had started it, and nobody has noted it": {func(d doomed) {
			d.must(d.g.power.take(d.g.c))
			d.mark(func(m *mark) { m.Cycle = "op-1" })
			d.must(d.h.destroy(d.g))
			m, _ := d.h.registry.read(d.g.record)
			after := m.start(m.override())
			d.must(d.h.createFrom(d.ctx, d.g, m.override(), &after))
			_ = d.h.Close()
		}, schemas.PowerStateOn, 5},
		"the guest rebooted meanwhile": {func(d doomed) {
			_ = d.h.Close()
			typeKey(d.T, d.hands, d.g.id, 'r')
			d.awaitOff()
		}, schemas.PowerStateOn, 5},
		"the guest obeyed its button meanwhile": {func(d doomed) {
			d.must(d.h.noteButton(d.g))
			_ = d.h.Close()
			d.must(d.g.c.DomainShutdownFlags(d.g.Domain, golibvirt.DomainShutdownAcpiPowerBtn))
			d.awaitOff()
		}, schemas.PowerStateOff, 0},
		"the plug was pulled meanwhile": {func(d doomed) {
			_ = d.h.Close()
			d.must(d.g.c.DomainDestroyFlags(d.g.Domain, golibvirt.DomainDestroyDefault))
		}, schemas.PowerStateOff, 0},
		"nothing happened": {func(d doomed) { _ = d.h.Close() }, schemas.PowerStateOn, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := b.open(t)
			spec := b.provision(t, h)
			started, err := h.Start(t.Context(), spec.ID)
			if err != nil {
				t.Fatal(err)
			}
			waitForBoots(t, h, spec.ID, 1)
			spec.Machine.Boot.Override = over(onceMore, schemas.BootSourceCd)
			if _, err := h.Configure(t.Context(), spec); err != nil {
				t.Fatal(err)
			}
			id, _ := parseID(spec.ID)
			hands := b.hands(t)
			_, err = call(t.Context(), hands.conns, time.Minute, func(libvirtd *conn) (struct{}, error) {
				g, err := h.look(libvirtd, id)
				if err == nil {
					c.dies(doomed{t, b, h, hands, g, t.Context()})
				}
				return struct{}{}, err
			})
			if err != nil {
				t.Fatal(err)
			}
			b.outlived(t, spec, started, c.power, c.booted)
		})
	}
}

// outlived checks what the next worker makes of a guest, that a reset is then done once, and that the override is consumed once.
func (b bench) outlived(t *testing.T, spec hawkfish.Guest, started hawkfish.Observation, power schemas.PowerState, booted int64) {
	t.Helper()
	h := b.open(t)
	var now hawkfish.Observation
	eventually(t, "the next worker has done what was left", func() bool {
		o, err := h.Observe(t.Context(), spec.ID)
		now = o
		return err == nil && now.Power == power && now.Booted == booted
	})
	if booted != 0 && !now.LastReset.After(started.LastReset) {
		t.Errorf("%+v after %+v", now, started)
	}
	if power == schemas.PowerStateOff {
		on, err := h.Start(t.Context(), spec.ID)
		if err != nil || on.Booted != 5 {
			t.Errorf("%+v, %v", on, err)
		}
		return
	}
	first, err := h.Reset(t.Context(), spec.ID, "op-1") // as who does not know that it was done
	if err != nil || first.Booted != 5 {
		t.Errorf("%+v, %v", first, err)
	}
	again, err := h.Reset(t.Context(), spec.ID, "op-1")
	if err != nil || !again.LastReset.Equal(first.LastReset) {
		t.Errorf("%+v after %+v, %v", again, first, err)
	}
	if _, err := h.Stop(t.Context(), spec.ID); err != nil {
		t.Fatal(err)
	}
	plain, err := h.Start(t.Context(), spec.ID)
	if err != nil || plain.Booted != 5 {
		t.Errorf("%+v, %v", plain, err)
	}
	rec := h.registry.known(mustID(t, spec.ID))
	if m, _ := h.registry.read(rec); m.Runs != m.Shape {
		t.Errorf("the override is there again: %+v", m)
	}
}

func mustID(t *testing.T, id string) golibvirt.UUID {
	t.Helper()
	parsed, err := parseID(id)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}
