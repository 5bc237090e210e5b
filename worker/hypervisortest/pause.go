package hypervisortest

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// paused returns a guest that is paused, and the observation of its start.
func (f *fixture) paused() (hawkfish.Guest, hawkfish.Observation) {
	f.Helper()
	g, started := f.booted()
	held, err := f.Pause(f.ctx(), g.ID)
	f.ok(err)
	f.sees(held, g.ID, schemas.PowerStatePaused)
	f.because(held, hawkfish.CausePaused)
	return g, started
}

// because checks why a guest's power is what it is.
func (f *fixture) because(o hawkfish.Observation, why hawkfish.PowerCause) {
	f.Helper()
	if o.Cause != why {
		f.Errorf("got cause %q of %+v, want %q", o.Cause, o, why)
	}
}

// unreset checks that a guest has not begun anew since before.
func (f *fixture) unreset(now, before hawkfish.Observation) {
	f.Helper()
	if !now.LastReset.Equal(before.LastReset) || now.ResetCause != before.ResetCause {
		f.Errorf("got %+v after %+v", now, before)
	}
}

var pauseTests = []test{
	{"a guest is held, and goes on", func(f *fixture) {
		g, started := f.paused()
		again, err := f.Pause(f.ctx(), g.ID)
		f.ok(err)
		f.sees(again, g.ID, schemas.PowerStatePaused)
		for range 2 {
			o, err := f.Resume(f.ctx(), g.ID)
			f.ok(err)
			f.sees(o, g.ID, schemas.PowerStateOn)
			f.because(o, "")
			f.unreset(o, started)
		}
		f.ok(f.PressPowerButton(f.ctx(), g.ID))
		f.because(f.awaitPower(g.ID, schemas.PowerStateOff), hawkfish.CauseShutdown)
	}},
	{"the plug is pulled on a guest that is held", func(f *fixture) {
		g, _ := f.paused()
		off, err := f.Stop(f.ctx(), g.ID)
		f.ok(err)
		f.sees(off, g.ID, schemas.PowerStateOff)
		f.because(off, hawkfish.CauseForcedOff)
	}},
	{"a reset of a guest that is held counts when it goes on", func(f *fixture) {
		g, started := f.paused()
		reset, err := f.Reset(f.ctx(), g.ID, "op")
		f.ok(err)
		if !reset.LastReset.After(started.LastReset) {
			f.Errorf("got %+v after %+v", reset, started)
		}
		f.ok(noValue(f.Resume(f.ctx(), g.ID)))
		f.awaitBoots(g.ID, 2)
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOn)
	}},
	{"a guest that is off can neither be held nor go on", func(f *fixture) {
		g := f.defined()
		f.fails(noValue(f.Pause(f.ctx(), g.ID)), hawkfish.Conflict)
		f.fails(noValue(f.Resume(f.ctx(), g.ID)), hawkfish.Conflict)
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOff)
	}},
	{"a suspended guest goes on where it was", func(f *fixture) {
		g, started := f.booted()
		for range 2 {
			off, err := f.Suspend(f.ctx(), g.ID)
			f.ok(err)
			f.sees(off, g.ID, schemas.PowerStateOff)
			f.because(off, hawkfish.CauseSuspended)
		}
		g.AssetTag = "meanwhile"
		f.ok(f.Define(f.ctx(), g)) // as each start does
		on, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		f.sees(on, g.ID, schemas.PowerStateOn)
		f.unreset(on, started)
		f.ok(f.PressPowerButton(f.ctx(), g.ID)) // it has not forgotten how to hear
		f.awaitPower(g.ID, schemas.PowerStateOff)
		again, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		if !again.LastReset.After(started.LastReset) {
			f.Errorf("got %+v after %+v", again, started)
		}
	}},
	{"stopping a suspended guest forgets what was saved", func(f *fixture) {
		g, started := f.booted()
		f.ok(noValue(f.Suspend(f.ctx(), g.ID)))
		off, err := f.Stop(f.ctx(), g.ID)
		f.ok(err)
		f.because(off, hawkfish.CauseForcedOff)
		f.because(f.observe(g.ID), hawkfish.CauseForcedOff)
		on, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		if !on.LastReset.After(started.LastReset) || on.ResetCause != schemas.LastResetCausesManagementCommand {
			f.Errorf("got %+v after %+v", on, started)
		}
		f.awaitBoots(g.ID, 1)
	}},
	{"a suspended guest can be removed", func(f *fixture) {
		g, _ := f.booted()
		f.ok(noValue(f.Suspend(f.ctx(), g.ID)))
		f.ok(f.Undefine(f.ctx(), g.ID))
		f.ok(f.Define(f.ctx(), g))
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.awaitBoots(g.ID, 1)
	}},
	{"suspending a guest that is off changes nothing", func(f *fixture) {
		g := f.defined()
		off, err := f.Suspend(f.ctx(), g.ID)
		f.ok(err)
		f.sees(off, g.ID, schemas.PowerStateOff)
		f.because(off, "")
	}},
}
