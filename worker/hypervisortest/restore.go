package hypervisortest

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

const (
	alwaysOn  = schemas.PowerRestorePolicyTypesAlwaysOn
	alwaysOff = schemas.PowerRestorePolicyTypesAlwaysOff
	lastState = schemas.PowerRestorePolicyTypesLastState
)

// restoring returns a guest with a policy, which runs or has never run.
func (f *fixture) restoring(policy schemas.PowerRestorePolicyTypes, runs bool) hawkfish.Guest {
	f.Helper()
	g := f.cloned()
	g.Machine.PowerRestore = policy
	f.ok(noValue(f.Configure(f.ctx(), g)))
	if runs {
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.awaitBoots(g.ID, 1)
	}
	return g
}

var restoreTests = []test{
	{"a power failure of the host ends as each system's policy says", func(f *fixture) {
		if f.PowerCut == nil {
			f.Skip("hosts of this world keep their power")
		}
		f.fetch(f.Image)
		never, off := f.restoring("", true), f.restoring(alwaysOff, true)
		ran, rested, on := f.restoring(lastState, true), f.restoring(lastState, false), f.restoring(alwaysOn, false)
		stopped, byItself := f.restoring(lastState, true), f.restoring(lastState, true)
		f.ok(noValue(f.Stop(f.ctx(), stopped.ID)))
		f.ok(f.PressPowerButton(f.ctx(), byItself.ID))
		f.awaitPower(byItself.ID, schemas.PowerStateOff)
		late := f.restoring("", true)
		late.Machine.PowerRestore = lastState
		f.ok(noValue(f.Configure(f.ctx(), late)))

		w := f.watch() // when it is up, the host has been seen to have its guests
		w.stop()
		f.PowerCut(f.T)
		for _, g := range []hawkfish.Guest{ran, on, late} {
			o := f.awaitPower(g.ID, schemas.PowerStateOn)
			if o.ResetCause != schemas.LastResetCausesPowerRestorePolicy {
				f.Errorf("got %+v", o)
			}
			f.awaitBoots(g.ID, 1)
		}
		for _, g := range []hawkfish.Guest{never, off, rested, stopped, byItself} {
			f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOff)
		}

		// The host has been started once, so once is enough.
		f.ok(noValue(f.Stop(f.ctx(), on.ID)))
		f.ok(f.PressPowerButton(f.ctx(), ran.ID))
		f.awaitPower(ran.ID, schemas.PowerStateOff)
		if f.Reopen != nil {
			f.reopened()
			f.watch()
		}
		for _, g := range []hawkfish.Guest{on, ran} {
			f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOff)
		}
	}},
}
