package hypervisortest

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

var definitionTests = []test{
	{"a system is off when it has been defined", func(f *fixture) {
		g := f.defined()
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOff)
	}},
	{"defining it again replaces it in place", func(f *fixture) {
		g := f.defined()
		g.CPUs, g.MemoryMiB, g.AssetTag = 2, 96, "moved"
		f.ok(f.Define(f.ctx(), g))
		f.ok(f.Define(f.ctx(), g))
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOff)
	}},
	{"it can be defined before it has a disk", func(f *fixture) {
		g := f.guest()
		f.ok(f.Define(f.ctx(), g))
		f.ok(f.CreateDisk(f.ctx(), g))
		o, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		f.sees(o, g.ID, schemas.PowerStateOn)
	}},
	{"it does not start without a disk", func(f *fixture) {
		g := f.guest()
		f.ok(f.Define(f.ctx(), g))
		if _, err := f.Start(f.ctx(), g.ID); err == nil {
			f.Error("it started")
		}
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOff)
	}},
	{"defining a guest that runs leaves it running", func(f *fixture) {
		g := f.defined()
		started, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		g.MemoryMiB = 96
		f.ok(f.Define(f.ctx(), g))
		now := f.observe(g.ID)
		f.sees(now, g.ID, schemas.PowerStateOn)
		if !now.LastReset.Equal(started.LastReset) {
			f.Errorf("got %+v after %+v", now, started)
		}
	}},
	{"a name that another system has is taken", func(f *fixture) {
		first := f.defined()
		second := f.guest()
		second.Name = first.Name
		f.fails(f.Define(f.ctx(), second), hawkfish.Exists)
		if o := f.observe(second.ID); !o.Absent {
			f.Errorf("got %+v", o)
		}
		f.sees(f.observe(first.ID), first.ID, schemas.PowerStateOff)
	}},
	{"undefining removes it, and can be repeated", func(f *fixture) {
		g := f.defined()
		f.ok(f.Undefine(f.ctx(), g.ID))
		f.ok(f.Undefine(f.ctx(), g.ID))
		if o := f.observe(g.ID); !o.Absent || o.SystemID != g.ID || o.At.IsZero() {
			f.Errorf("got %+v", o)
		}
		f.ok(f.Define(f.ctx(), g))
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOff)
	}},
	{"a guest that runs is not undefined", func(f *fixture) {
		g := f.defined()
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.fails(f.Undefine(f.ctx(), g.ID), hawkfish.Conflict)
		f.sees(f.observe(g.ID), g.ID, schemas.PowerStateOn)
	}},
	{"what has never been defined can be undefined", func(f *fixture) {
		f.ok(f.Undefine(f.ctx(), f.guest().ID))
	}},
	{"what has no domain has no power", func(f *fixture) {
		g := f.guest()
		f.ok(f.CreateDisk(f.ctx(), g))
		for _, err := range []error{
			noValue(f.Start(f.ctx(), g.ID)),
			noValue(f.Stop(f.ctx(), g.ID)),
			f.PressPowerButton(f.ctx(), g.ID),
			noValue(f.Reset(f.ctx(), g.ID, "op")),
			noValue(f.Pause(f.ctx(), g.ID)),
			noValue(f.Resume(f.ctx(), g.ID)),
			noValue(f.Suspend(f.ctx(), g.ID)),
			f.InjectNMI(f.ctx(), g.ID, "op"),
			noValue(f.SerialOutput(f.ctx(), g.ID, 100)),
		} {
			f.fails(err, hawkfish.NotFound)
		}
	}},
}
