package hypervisortest

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// changed is a guest that is to be another.
func changed(g hawkfish.Guest, alter func(*hawkfish.Guest)) hawkfish.Guest {
	g.Machine = g.Machine.Clone()
	alter(&g)
	g.Machine.Generation++
	return g
}

// configured gives a guest that runs what it can have, and checks that it goes on.
func (f *fixture) configured(g hawkfish.Guest, before hawkfish.Observation) hawkfish.Observation {
	f.Helper()
	o, err := f.Configure(f.ctx(), g)
	f.ok(err)
	f.sees(o, g.ID, schemas.PowerStateOn)
	f.unreset(o, before)
	return o
}

// has checks which change of its machine a guest has.
func (f *fixture) has(o hawkfish.Observation, g hawkfish.Guest) {
	f.Helper()
	if o.Generation != g.Machine.Generation {
		f.Errorf("got %+v, want generation %d", o, g.Machine.Generation)
	}
}

var hotTests = []test{
	{"CPUs are added to a guest that runs", func(f *fixture) {
		g, started := f.booted()
		more := changed(g, func(g *hawkfish.Guest) { g.CPUs = 2 })
		for range 2 {
			f.has(f.configured(more, started), more)
		}
		if f.CPUs != nil && f.CPUs(f.T, g.ID) != 2 {
			f.Errorf("the guest has %d CPUs", f.CPUs(f.T, g.ID))
		}
		f.ok(f.PressPowerButton(f.ctx(), g.ID))
		f.awaitPower(g.ID, schemas.PowerStateOff)
	}},
	{"what a guest has no room for comes with its next boot", func(f *fixture) {
		g, started := f.booted()
		more := changed(g, func(g *hawkfish.Guest) { g.CPUs, g.MemoryMiB = 8, g.MemoryMiB*2 })
		f.has(f.configured(more, started), g)
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		o, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		f.has(o, more)
		if f.CPUs != nil && f.CPUs(f.T, g.ID) != 8 {
			f.Errorf("the guest has %d CPUs", f.CPUs(f.T, g.ID))
		}
	}},
	{"what a guest does not give back it loses with its next boot", func(f *fixture) {
		g := f.bootable()
		g = changed(g, func(g *hawkfish.Guest) { g.CPUs = 2 })
		f.ok(f.Define(f.ctx(), g))
		started, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		f.awaitBoots(g.ID, 1)
		less := changed(g, func(g *hawkfish.Guest) { g.CPUs, g.MemoryMiB = 1, g.MemoryMiB/2 })
		f.has(f.configured(less, started), g)
		f.ok(noValue(f.Reset(f.ctx(), g.ID, "op")))
		f.eventually("it has been booted with less", func() bool { return f.observe(g.ID).Generation == less.Machine.Generation })
	}},
	{"a change that is taken back before the next boot never comes", func(f *fixture) {
		g, started := f.booted()
		more := changed(g, func(g *hawkfish.Guest) { g.MemoryMiB *= 2 })
		f.has(f.configured(more, started), g)
		back := changed(more, func(h *hawkfish.Guest) { h.MemoryMiB = g.MemoryMiB })
		f.has(f.configured(back, started), back)
	}},
}

// nics gives a guest interfaces beside its first one.
func (f *fixture) nics(g hawkfish.Guest, macs ...string) hawkfish.Guest {
	return changed(g, func(g *hawkfish.Guest) {
		g.Machine.NICs = nil
		for _, mac := range macs {
			g.Machine.NICs = append(g.Machine.NICs, hawkfish.NIC{MAC: mac, Network: f.Network})
		}
	})
}

const secondMAC, thirdMAC = "52:54:00:aa:00:02", "52:54:00:aa:00:03"

var nicTests = []test{
	{"interfaces are added to a guest that runs", func(f *fixture) {
		if f.Network == "" {
			f.Skip("there is no network")
		}
		g, started := f.booted()
		second := f.nics(g, secondMAC)
		for range 2 {
			f.has(f.configured(second, started), second)
		}
		third := f.nics(second, secondMAC, thirdMAC)
		third.Machine.NICs[0].Down = true // its cable is pulled
		f.has(f.configured(third, started), third)
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		o, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		f.has(o, third)
		f.awaitBoots(g.ID, 1)
	}},
	{"an interface that a guest does not let go of is gone after its next boot", func(f *fixture) {
		if f.Network == "" {
			f.Skip("there is no network")
		}
		g := f.nics(f.bootable(), secondMAC)
		f.ok(f.Define(f.ctx(), g))
		started, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		f.awaitBoots(g.ID, 1)
		none := f.nics(g)
		f.has(f.configured(none, started), g)
		f.ok(noValue(f.Reset(f.ctx(), g.ID, "op")))
		f.eventually("it has been booted without", func() bool { return f.observe(g.ID).Generation == none.Machine.Generation })
	}},
}

// hotReopenTests are about what a worker that starts finds of a change that an earlier one made.
var hotReopenTests = []test{
	{"a change that a worker has made is found made", func(f *fixture) {
		f.needsReopen()
		g, started := f.booted()
		more := changed(g, func(g *hawkfish.Guest) { g.CPUs = 2 })
		f.has(f.configured(more, started), more)
		f.reopened()
		f.has(f.observe(g.ID), more)
		f.has(f.configured(more, started), more)
		back := f.nics(more, secondMAC)
		if f.Network != "" {
			f.has(f.configured(back, started), back)
		}
	}},
	{"what waits for a guest's next boot still waits", func(f *fixture) {
		f.needsReopen()
		g, started := f.booted()
		more := changed(g, func(g *hawkfish.Guest) { g.MemoryMiB *= 2 })
		f.has(f.configured(more, started), g)
		f.reopened()
		f.has(f.observe(g.ID), g)
		f.ok(noValue(f.Reset(f.ctx(), g.ID, "op")))
		f.eventually("it has been booted with more", func() bool { return f.observe(g.ID).Generation == more.Machine.Generation })
	}},
}
