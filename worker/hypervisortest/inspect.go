package hypervisortest

import (
	"slices"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

var inspectTests = []test{
	{"it says what a system will be started with", func(f *fixture) {
		g := f.defined()
		f.describes(f.inspect(g.ID), g)
	}},
	{"it says what a guest runs with", func(f *fixture) {
		g := f.defined()
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.describes(f.inspect(g.ID), g)
	}},
	{"devices are where it says that they are", func(f *fixture) {
		g := f.defined()
		i := f.inspect(g.ID)
		var at []string
		for _, d := range i.Devices {
			if d.Name == "" || len(d.Functions) == 0 {
				f.Errorf("%+v says too little", d)
			}
			for _, fn := range d.Functions {
				at = append(at, d.Address+"."+string(rune('0'+fn.Number)))
			}
		}
		for _, nic := range i.Interfaces {
			if !slices.Contains(at, nic.PCI) {
				f.Errorf("interface %+v is not among %q", nic, at)
			}
		}
		for _, drive := range i.Drives {
			if !slices.Contains(at, drive.PCI) {
				f.Errorf("drive %+v is not among %q", drive, at)
			}
		}
	}},
	{"what does not change is said again", func(f *fixture) {
		g := f.defined()
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		first := f.inspect(g.ID)
		second := f.inspect(g.ID)
		if f.Addresses { // they may have come meanwhile
			for n := range second.Interfaces {
				first.Interfaces[n].Addresses = second.Interfaces[n].Addresses
			}
			first.Guest.HostName = second.Guest.HostName
		}
		if !first.Same(second) || !second.At.After(first.At) {
			f.Errorf("got %+v, then %+v", first, second)
		}
	}},
	{"what a new definition changes is seen", func(f *fixture) {
		g := f.defined()
		g.CPUs, g.MemoryMiB = 2, 96
		f.ok(f.Define(f.ctx(), g))
		f.describes(f.inspect(g.ID), g)
	}},
	{"a new definition is told to who watches", func(f *fixture) {
		g := f.defined()
		w := f.watch()
		g.CPUs = 2
		f.ok(f.Define(f.ctx(), g))
		w.until("the definition", g.ID, isOff)
	}},
	{"a guest that has booted has addresses", func(f *fixture) {
		if !f.Addresses {
			f.Skip("guests of this world have none")
		}
		g, _ := f.booted()
		f.eventually("the guest has an address", func() bool {
			i := f.inspect(g.ID)
			return len(i.Interfaces) == 1 && len(i.Interfaces[0].Addresses) > 0 && i.Interfaces[0].Addresses[0].Prefix.IsValid()
		})
	}},
	{"what has no domain has nothing", func(f *fixture) {
		_, err := f.Inspect(f.ctx(), uuid.NewString())
		f.fails(err, hawkfish.NotFound)
	}},
}

func (f *fixture) inspect(id string) hawkfish.Inventory {
	f.Helper()
	i, err := f.Inspect(f.ctx(), id)
	f.ok(err)
	return i
}

// describes checks that an inventory is that of a guest.
func (f *fixture) describes(i hawkfish.Inventory, g hawkfish.Guest) {
	f.Helper()
	p := i.Processors
	if i.SystemID != g.ID || i.At.IsZero() || p.Sockets*p.Cores*p.Threads < g.CPUs || p.Online != g.CPUs || p.Arch == "" {
		f.Errorf("processors %+v of %+v", p, g)
	}
	if i.Memory.TotalMiB != g.MemoryMiB || len(i.Memory.Modules()) != 1 || i.Guest.CPUModel == "" || i.Guest.Firmware == "" {
		f.Errorf("memory %+v, %+v", i.Memory, i.Guest)
	}
	if len(i.Drives) != 1 || i.Drives[0].Bytes != g.DiskGiB<<30 || i.Drives[0].Name == "" || i.Drives[0].Bus == "" {
		f.Errorf("drives %+v", i.Drives)
	}
	if g.Network == "" {
		return
	}
	if len(i.Interfaces) != 1 || i.Interfaces[0].MAC != g.MAC || i.Interfaces[0].Network != g.Network || i.Interfaces[0].Model == "" {
		f.Errorf("interfaces %+v of %s in %s", i.Interfaces, g.MAC, g.Network)
	}
}
