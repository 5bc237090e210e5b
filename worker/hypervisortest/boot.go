package hypervisortest

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// overridden makes g boot from an empty CD drive, from which guests go on to their disk, and says so by a serial.
func overridden(g hawkfish.Guest, enabled schemas.BootSourceOverrideEnabled, serial int64) hawkfish.Guest {
	g.Machine.Boot.Override = hawkfish.BootOverride{Enabled: enabled, Target: schemas.BootSourceCd, Serial: serial}
	g.Machine.Generation++
	return g
}

func once(g hawkfish.Guest, serial int64) hawkfish.Guest {
	return overridden(g, schemas.BootSourceOverrideEnabledOnce, serial)
}

// pending returns a guest that runs, and whose next boot is overridden once, by serial 7.
func (f *fixture) pending() (hawkfish.Guest, hawkfish.Observation) {
	f.Helper()
	g, started := f.booted()
	g = once(g, 7)
	seen, err := f.Configure(f.ctx(), g)
	f.ok(err)
	f.sees(seen, g.ID, schemas.PowerStateOn)
	if seen.Booted != 0 || !seen.LastReset.Equal(started.LastReset) || seen.Generation != started.Generation {
		f.Errorf("got %+v after %+v", seen, started)
	}
	return g, seen
}

// consumed waits until an override has been consumed by the boot that follows before.
func (f *fixture) consumed(g hawkfish.Guest, before hawkfish.Observation) hawkfish.Observation {
	f.Helper()
	var now hawkfish.Observation
	f.eventually("the override is consumed", func() bool {
		now = f.observe(g.ID)
		return now.Booted == g.Machine.Boot.Override.Serial && now.Power == schemas.PowerStateOn
	})
	if !now.LastReset.After(before.LastReset) || now.Generation != g.Machine.Generation {
		f.Errorf("got %+v after %+v", now, before)
	}
	return now
}

// needs skips a test of what guests of some worlds cannot do by themselves.
func (f *fixture) needs(door func(f *fixture) bool) {
	f.Helper()
	if !door(f) {
		f.Skip("guests of this world cannot")
	}
}

func canReboot(f *fixture) bool   { return f.Reboot != nil }
func canPowerOff(f *fixture) bool { return f.PowerOff != nil }

var bootTests = []test{
	{"once is consumed by a start, and by no second one", func(f *fixture) {
		g := once(f.bootable(), 7)
		f.ok(f.Define(f.ctx(), g))
		first, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		if first.Booted != 7 || first.Generation != g.Machine.Generation {
			f.Errorf("got %+v", first)
		}
		f.awaitBoots(g.ID, 1)
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		f.ok(f.Define(f.ctx(), g)) // by who does not know it yet
		second, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		if second.Booted != 7 {
			f.Errorf("got %+v", second)
		}
		f.awaitBoots(g.ID, 1)
		g = once(g, 8)
		_, err = f.Configure(f.ctx(), g)
		f.ok(err)
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		if off := f.observe(g.ID); off.Booted != 7 {
			f.Errorf("got %+v", off)
		}
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.consumed(g, second)
	}},
	{"once is consumed by a reset", func(f *fixture) {
		g, before := f.pending()
		reset, err := f.Reset(f.ctx(), g.ID, "op-1")
		f.ok(err)
		f.sees(reset, g.ID, schemas.PowerStateOn)
		now := f.consumed(g, before)
		again, err := f.Reset(f.ctx(), g.ID, "op-1")
		f.ok(err)
		if !again.LastReset.Equal(now.LastReset) {
			f.Errorf("got %+v after %+v", again, now)
		}
		f.ok(noValue(f.Reset(f.ctx(), g.ID, "op-2")))
		if now = f.observe(g.ID); now.Booted != 7 {
			f.Errorf("got %+v", now)
		}
	}},
	{"once is consumed by a reboot of the guest", func(f *fixture) {
		f.needs(canReboot)
		g, before := f.pending()
		w := f.watch()
		f.Reboot(f.T, g.ID)
		first := f.consumed(g, before)
		w.until("the override", g.ID, func(o hawkfish.Observation) bool { return o.Booted == 7 })
		f.eventually("the guest boots", func() bool { return f.boots(g.ID) >= 1 })
		f.Reboot(f.T, g.ID)
		f.eventually("the next reboot", func() bool {
			now := f.observe(g.ID)
			return now.LastReset.After(first.LastReset) && now.Power == schemas.PowerStateOn && now.Booted == 7
		})
	}},
	{"a guest that switches itself off has not consumed it", func(f *fixture) {
		f.needs(canPowerOff)
		g, before := f.pending()
		f.PowerOff(f.T, g.ID)
		if off := f.awaitPower(g.ID, schemas.PowerStateOff); off.Booted != 0 {
			f.Errorf("got %+v", off)
		}
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.consumed(g, before)
	}},
	{"a guest that obeys its button has not consumed it", func(f *fixture) {
		g, before := f.pending()
		f.ok(f.PressPowerButton(f.ctx(), g.ID))
		if off := f.awaitPower(g.ID, schemas.PowerStateOff); off.Booted != 0 {
			f.Errorf("got %+v", off)
		}
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.consumed(g, before)
	}},
	{"an override that was taken back is not consumed", func(f *fixture) {
		g, before := f.pending()
		g = overridden(g, schemas.BootSourceOverrideEnabledDisabled, 8)
		f.ok(noValue(f.Configure(f.ctx(), g)))
		reset, err := f.Reset(f.ctx(), g.ID, "op-1")
		f.ok(err)
		if reset.Booted != 0 || !reset.LastReset.After(before.LastReset) {
			f.Errorf("got %+v after %+v", reset, before)
		}
	}},
	{"what continues is never consumed", func(f *fixture) {
		g := overridden(f.bootable(), schemas.BootSourceOverrideEnabledContinuous, 7)
		f.ok(f.Define(f.ctx(), g))
		for range 2 {
			on, err := f.Start(f.ctx(), g.ID)
			f.ok(err)
			if on.Booted != 0 {
				f.Errorf("got %+v", on)
			}
			f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		}
	}},
	{"a boot gives the guest what waits for it", func(f *fixture) {
		g, started := f.booted()
		g.MemoryMiB, g.Machine.Generation = 96, 2
		seen, err := f.Configure(f.ctx(), g)
		f.ok(err)
		if seen.Generation == 2 {
			f.Skip("guests of this world have it at once")
		}
		reset, err := f.Reset(f.ctx(), g.ID, "op-1")
		f.ok(err)
		f.sees(reset, g.ID, schemas.PowerStateOn)
		if reset.Generation != 2 || !reset.LastReset.After(started.LastReset) {
			f.Errorf("got %+v after %+v", reset, started)
		}
	}},
	{"a worker that starts anew loses no override, and repeats none", func(f *fixture) {
		f.needsReopen()
		f.needs(canReboot)
		g, before := f.pending()
		f.reopened()
		if now := f.observe(g.ID); now.Booted != 0 {
			f.Errorf("got %+v", now)
		}
		f.watch() // it is there
		f.Reboot(f.T, g.ID)
		first := f.consumed(g, before)
		f.reopened()
		if now := f.observe(g.ID); now.Booted != 7 || !now.LastReset.Equal(first.LastReset) {
			f.Errorf("got %+v after %+v", now, first)
		}
		reset, err := f.Reset(f.ctx(), g.ID, "op-1")
		f.ok(err)
		if reset.Booted != 7 {
			f.Errorf("got %+v", reset)
		}
	}},
}
