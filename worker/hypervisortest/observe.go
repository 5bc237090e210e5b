package hypervisortest

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

var observeTests = []test{
	{"a system without a domain is absent", func(f *fixture) {
		id := f.guest().ID
		if o := f.observe(id); !o.Absent || o.SystemID != id || o.At.IsZero() {
			f.Errorf("got %+v", o)
		}
	}},
	{"a later look has a later time", func(f *fixture) {
		g := f.defined()
		last := f.observe(g.ID)
		later := func(o hawkfish.Observation, err error) {
			f.Helper()
			f.ok(err)
			if !o.At.After(last.At) {
				f.Errorf("got %+v after %+v", o, last)
			}
			last = o
		}
		later(f.Start(f.ctx(), g.ID))
		later(f.Observe(f.ctx(), g.ID))
		later(f.Reset(f.ctx(), g.ID, "op"))
		later(f.among(g.ID), nil)
		later(f.Stop(f.ctx(), g.ID))
		later(f.among(g.ID), nil)
		f.ok(f.Undefine(f.ctx(), g.ID))
		later(f.Observe(f.ctx(), g.ID))
	}},
	{"all systems are those that have a domain", func(f *fixture) {
		on, off, bare := f.defined(), f.defined(), f.guest()
		f.ok(f.CreateDisk(f.ctx(), bare))
		started, err := f.Start(f.ctx(), on.ID)
		f.ok(err)
		seen := f.among(on.ID)
		f.sees(seen, on.ID, schemas.PowerStateOn)
		if !seen.LastReset.Equal(started.LastReset) {
			f.Errorf("got %+v after %+v", seen, started)
		}
		f.sees(f.among(off.ID), off.ID, schemas.PowerStateOff)
		if o := f.among(bare.ID); o.SystemID != "" {
			f.Errorf("got %+v", o)
		}
	}},
}

// among returns what ObserveAll says of a system; the zero Observation: nothing.
func (f *fixture) among(id string) hawkfish.Observation {
	f.Helper()
	all, err := f.ObserveAll(f.ctx())
	f.ok(err)
	var found hawkfish.Observation
	for _, o := range all {
		switch {
		case o.Absent:
			f.Errorf("%+v is among all", o)
		case o.SystemID == id && found.SystemID != "":
			f.Errorf("%s is among all twice", id)
		case o.SystemID == id:
			found = o
		}
	}
	return found
}
