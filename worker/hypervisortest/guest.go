package hypervisortest

import "github.com/projectbeskar/hawkfish/schemas"

// guestTests are about what guests do by themselves.
var guestTests = []test{
	{"it can switch itself off", func(f *fixture) {
		if f.PowerOff == nil {
			f.Skip("guests of this world cannot")
		}
		g, started := f.booted()
		f.PowerOff(f.T, g.ID)
		f.awaitPower(g.ID, schemas.PowerStateOff)
		again, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		if !again.LastReset.After(started.LastReset) {
			f.Errorf("got %+v after %+v", again, started)
		}
	}},
	{"it can restart itself", func(f *fixture) {
		if f.Reboot == nil {
			f.Skip("guests of this world cannot")
		}
		g, started := f.booted()
		f.Reboot(f.T, g.ID)
		f.eventually("the restart is seen", func() bool {
			now := f.observe(g.ID)
			f.sees(now, g.ID, schemas.PowerStateOn)
			return now.LastReset.After(started.LastReset)
		})
		f.awaitBoots(g.ID, 2)
	}},
}
