package hypervisortest

import (
	"slices"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

var foreignTests = []test{
	{"a domain that is not HawkFish's is listed, and is no system", func(f *fixture) {
		s := f.stranger(false)
		if s.Name == "" || s.CPUs != 1 || s.MemoryMiB != 64 || s.Power != schemas.PowerStateOff || len(s.Disks) == 0 || s.Mark == "" || len(s.Obstacles) != 0 {
			f.Errorf("got %+v", s)
		}
		if a := s.Machine.Adopted; a == nil || a.Domain != s.Name {
			f.Errorf("got %+v", s.Machine)
		}
		if o := f.observe(s.ID); !o.Absent {
			f.Errorf("got %+v", o)
		}
		f.fails(noValue(f.Start(f.ctx(), s.ID)), hawkfish.NotFound)
		f.fails(f.Undefine(f.ctx(), s.ID), hawkfish.Conflict)
		f.fails(f.DeleteDisks(f.ctx(), s.ID), hawkfish.Conflict)
		if f.foreign(f.defined().ID) != nil {
			f.Error("a system of HawkFish's is listed")
		}
	}},
	{"adopting one that runs, and releasing it, touches nothing of it", func(f *fixture) {
		s := f.stranger(true)
		before := f.TheirsAlone(f.T, s.ID)
		a := adoption(s)
		for range 2 {
			o, err := f.Adopt(f.ctx(), a)
			f.ok(err)
			f.sees(o, s.ID, schemas.PowerStateOn)
			f.untouched(before, s.ID)
		}
		if f.foreign(s.ID) != nil {
			f.Error("it is still listed")
		}
		all, err := f.ObserveAll(f.ctx())
		f.ok(err)
		if !slices.ContainsFunc(all, func(o hawkfish.Observation) bool { return o.SystemID == s.ID && o.Power == schemas.PowerStateOn }) {
			f.Errorf("it is not among %+v", all)
		}
		f.ok(noValue(f.Inspect(f.ctx(), s.ID)))
		f.ok(noValue(f.SerialOutput(f.ctx(), s.ID, 10)))
		for range 2 {
			f.ok(f.Release(f.ctx(), s.ID))
			f.untouched(before, s.ID)
		}
		if o := f.observe(s.ID); !o.Absent {
			f.Errorf("got %+v", o)
		}
		if again := f.foreign(s.ID); again == nil || !again.Same(s) {
			f.Errorf("got %+v after %+v", again, s)
		}
	}},
	{"what is not as it was seen is not adopted", func(f *fixture) {
		s := f.stranger(false)
		for name, alter := range map[string]func(*hawkfish.Foreign){
			"its CPUs": func(s *hawkfish.Foreign) { s.CPUs++ }, "its firmware": func(s *hawkfish.Foreign) { s.Machine.Firmware = schemas.BootSourceOverrideModeUEFI },
			"its disks": func(s *hawkfish.Foreign) { s.Disks = s.Disks[:0] },
		} {
			a := adoption(s)
			alter(&a.Seen)
			if _, err := f.Adopt(f.ctx(), a); hawkfish.KindOf(err) != hawkfish.Conflict {
				f.Errorf("%s: %v", name, err)
			}
		}
		gone := adoption(s)
		gone.Seen.ID = uuid.NewString()
		f.fails(noValue(f.Adopt(f.ctx(), gone)), hawkfish.NotFound)
	}},
	{"a system that HawkFish has made is neither adopted nor released", func(f *fixture) {
		g := f.defined()
		a := adoption(hawkfish.Foreign{ID: g.ID, Name: g.Name})
		f.fails(noValue(f.Adopt(f.ctx(), a)), hawkfish.Conflict)
		f.fails(f.Release(f.ctx(), g.ID), hawkfish.Conflict)
		f.ok(f.Release(f.ctx(), uuid.NewString()))
	}},
	{"an adopted system is never removed, and not taken for one that was made", func(f *fixture) {
		s := f.stranger(false)
		before := f.TheirsAlone(f.T, s.ID)
		g := f.adopt(s)
		f.fails(f.Undefine(f.ctx(), s.ID), hawkfish.Conflict)
		f.fails(f.DeleteDisks(f.ctx(), s.ID), hawkfish.Conflict)
		made := g
		made.Machine.Adopted = nil
		f.fails(f.Define(f.ctx(), made), hawkfish.Conflict)
		f.untouched(before, s.ID)
		f.ok(f.Release(f.ctx(), s.ID))
		f.fails(f.Define(f.ctx(), g), hawkfish.NotFound)
		f.untouched(before, s.ID)
	}},
	{"an adopted system of another name is defined in place", func(f *fixture) {
		s := f.stranger(true)
		before := f.TheirsAlone(f.T, s.ID)
		g := f.adopt(s)
		g.Name = "renamed"
		f.ok(f.Define(f.ctx(), g))
		f.ok(noValue(f.Configure(f.ctx(), g)))
		f.untouched(before, s.ID)
	}},
	{"what is changed of an adopted system comes with its next start", func(f *fixture) {
		s := f.stranger(true)
		g := f.adopt(s)
		g.CPUs, g.Machine.Generation = 2, 1
		f.ok(noValue(f.Configure(f.ctx(), g)))
		f.ok(noValue(f.Stop(f.ctx(), s.ID)))
		o, err := f.Start(f.ctx(), s.ID)
		f.ok(err)
		f.sees(o, s.ID, schemas.PowerStateOn)
		if o.Generation != 1 {
			f.Errorf("got %+v", o)
		}
		if i, err := f.Inspect(f.ctx(), s.ID); err != nil || i.Processors.Online != 2 {
			f.Errorf("got %+v, %v", i.Processors, err)
		}
		f.ok(noValue(f.Stop(f.ctx(), s.ID)))
		f.ok(f.Release(f.ctx(), s.ID))
		if now := f.foreign(s.ID); now == nil || now.CPUs != 2 || now.Name != s.Name {
			f.Errorf("got %+v", now)
		}
	}},
	{"an adopted system boots from its override once", func(f *fixture) {
		s := f.stranger(false)
		g := f.adopt(s)
		g.Machine.Boot.Override = hawkfish.BootOverride{Enabled: schemas.BootSourceOverrideEnabledOnce, Target: schemas.BootSourceCd, Serial: 7}
		f.ok(f.Define(f.ctx(), g))
		o, err := f.Start(f.ctx(), s.ID)
		f.ok(err)
		if o.Booted != 7 {
			f.Errorf("got %+v", o)
		}
		f.ok(noValue(f.Stop(f.ctx(), s.ID)))
		f.ok(f.Release(f.ctx(), s.ID))
		if now := f.foreign(s.ID); now == nil || !now.Same(s) {
			f.Errorf("got %+v", now)
		}
	}},
	{"what is suspended is not released", func(f *fixture) {
		s := f.stranger(true)
		f.adopt(s)
		f.ok(noValue(f.Suspend(f.ctx(), s.ID)))
		f.fails(f.Release(f.ctx(), s.ID), hawkfish.Conflict)
		f.ok(noValue(f.Start(f.ctx(), s.ID)))
		f.ok(f.Release(f.ctx(), s.ID))
	}},
}

// stranger makes a domain that is not HawkFish's, and returns it as the host lists it.
func (f *fixture) stranger(on bool) hawkfish.Foreign {
	f.Helper()
	if f.MakeForeign == nil {
		f.Skip("nobody can make domains by hand here")
	}
	id := f.MakeForeign(f.T, "foreign-"+uuid.NewString()[:8], on)
	s := f.foreign(id)
	if s == nil {
		f.Fatalf("%s is not listed", id)
	}
	return *s
}

// foreign is a domain as the host lists it; nil: it is not listed.
func (f *fixture) foreign(id string) *hawkfish.Foreign {
	f.Helper()
	all, err := f.Foreign(f.ctx(), project)
	f.ok(err)
	if i := slices.IndexFunc(all, func(s hawkfish.Foreign) bool { return s.ID == id }); i >= 0 {
		return &all[i]
	}
	return nil
}

// project is that of adopted systems.
const project = "5a0c1dfe-2a3b-4c5d-8e6f-000000000001"

func adoption(s hawkfish.Foreign) hawkfish.Adoption {
	return hawkfish.Adoption{ProjectID: project, Seen: s}
}

// adopt makes a domain a system, and returns what the host is to make of it.
func (f *fixture) adopt(s hawkfish.Foreign) hawkfish.Guest {
	f.Helper()
	f.ok(noValue(f.Adopt(f.ctx(), adoption(s))))
	return hawkfish.Guest{
		ID: s.ID, Name: s.Name, ProjectID: project, CPUs: s.CPUs, MemoryMiB: s.MemoryMiB, DiskGiB: s.DiskGiB(),
		Network: s.First().Source, MAC: s.First().MAC, Machine: s.Machine.Clone(),
	}
}

func (f *fixture) untouched(before, id string) {
	f.Helper()
	if now := f.TheirsAlone(f.T, id); now != before {
		f.Errorf("it was touched:\n%s\nwas\n%s", now, before)
	}
}
