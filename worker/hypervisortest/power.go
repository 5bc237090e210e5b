package hypervisortest

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

var powerTests = []test{
	{"a guest starts and stops", func(f *fixture) {
		g := f.defined()
		on, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		f.sees(on, g.ID, schemas.PowerStateOn)
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOn)
		off, err := f.Stop(f.ctx(), g.ID)
		f.ok(err)
		f.sees(off, g.ID, schemas.PowerStateOff)
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOff)
	}},
	{"starting a guest that runs changes nothing", func(f *fixture) {
		g, first := f.booted()
		again, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		f.sees(again, g.ID, schemas.PowerStateOn)
		if !again.LastReset.Equal(first.LastReset) || !again.At.After(first.At) {
			f.Errorf("got %+v after %+v", again, first)
		}
	}},
	{"stopping a guest that is off changes nothing", func(f *fixture) {
		g := f.defined()
		for range 2 {
			off, err := f.Stop(f.ctx(), g.ID)
			f.ok(err)
			f.sees(off, g.ID, schemas.PowerStateOff)
		}
	}},
	{"each start is remembered", func(f *fixture) {
		g, first := f.booted()
		if first.LastReset.IsZero() {
			f.Error("the first start has no time")
		}
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		second, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		if !second.LastReset.After(first.LastReset) {
			f.Errorf("got %+v after %+v", second, first)
		}
		if now := f.observe(g.ID); !now.LastReset.Equal(second.LastReset) {
			f.Errorf("got %+v after %+v", now, second)
		}
	}},
	{"the power button is obeyed", func(f *fixture) {
		g, _ := f.booted()
		f.ok(f.PressPowerButton(f.ctx(), g.ID))
		f.awaitPower(g.ID, schemas.PowerStateOff)
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.awaitBoots(g.ID, 1)
	}},
	{"the power button of a guest that is off does nothing", func(f *fixture) {
		// The first try of a shutdown may have worked although it seemed to fail.
		g := f.defined()
		f.ok(f.PressPowerButton(f.ctx(), g.ID))
		f.ok(f.PressPowerButton(f.ctx(), g.ID))
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOff)
	}},
	{"the plug is pulled on a guest that ignores its power button", func(f *fixture) {
		if f.IgnoreButton == nil {
			f.Skip("guests of this world always obey")
		}
		g, started := f.booted()
		f.IgnoreButton(f.T, g.ID)
		f.ok(f.PressPowerButton(f.ctx(), g.ID))
		f.ok(f.PressPowerButton(f.ctx(), g.ID))
		now := f.observe(g.ID)
		f.sees(now, g.ID, schemas.PowerStateOn)
		if !now.LastReset.Equal(started.LastReset) {
			f.Errorf("got %+v after %+v", now, started)
		}
		off, err := f.Stop(f.ctx(), g.ID)
		f.ok(err)
		f.sees(off, g.ID, schemas.PowerStateOff)
	}},
}

var resetTests = []test{
	{"the guest boots again", func(f *fixture) {
		g, started := f.booted()
		reset, err := f.Reset(f.ctx(), g.ID, "op-1")
		f.ok(err)
		f.sees(reset, g.ID, schemas.PowerStateOn)
		if !reset.LastReset.After(started.LastReset) {
			f.Errorf("got %+v after %+v", reset, started)
		}
		f.awaitBoots(g.ID, 2)
	}},
	{"one operation resets once", func(f *fixture) {
		g, _ := f.booted()
		first, err := f.Reset(f.ctx(), g.ID, "op-1")
		f.ok(err)
		f.awaitBoots(g.ID, 2)
		again, err := f.Reset(f.ctx(), g.ID, "op-1")
		f.ok(err)
		f.sees(again, g.ID, schemas.PowerStateOn)
		if !again.LastReset.Equal(first.LastReset) {
			f.Errorf("got %+v after %+v", again, first)
		}
		other, err := f.Reset(f.ctx(), g.ID, "op-2")
		f.ok(err)
		if !other.LastReset.After(first.LastReset) {
			f.Errorf("got %+v after %+v", other, first)
		}
		f.awaitBoots(g.ID, 3)
	}},
	{"one operation interrupts once", func(f *fixture) {
		g, started := f.booted()
		f.ok(f.InjectNMI(f.ctx(), g.ID, "op-1"))
		f.ok(f.InjectNMI(f.ctx(), g.ID, "op-1"))
		now := f.observe(g.ID)
		f.sees(now, g.ID, schemas.PowerStateOn)
		if !now.LastReset.Equal(started.LastReset) {
			f.Errorf("got %+v after %+v", now, started)
		}
		if f.NMIs == nil {
			return
		}
		f.eventually("one NMI", func() bool { return f.NMIs(f.T, g.ID) == 1 })
		f.ok(f.InjectNMI(f.ctx(), g.ID, "op-2"))
		f.eventually("two NMIs", func() bool { return f.NMIs(f.T, g.ID) == 2 })
	}},
	{"a guest that is off has nothing to reset", func(f *fixture) {
		g := f.defined()
		f.fails(noValue(f.Reset(f.ctx(), g.ID, "op-1")), hawkfish.Conflict)
		f.fails(f.InjectNMI(f.ctx(), g.ID, "op-1"), hawkfish.Conflict)
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOff)
	}},
}
