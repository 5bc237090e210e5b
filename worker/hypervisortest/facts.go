package hypervisortest

import (
	"reflect"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

var factsTests = []test{
	{"says what the host is and has", func(f *fixture) {
		facts, err := f.Facts(f.ctx())
		f.ok(err)
		if facts.Capacity.CPUs < 1 || facts.Capacity.MemoryMiB < 1 || facts.Capacity.DiskGiB < 1 {
			f.Errorf("capacity %+v holds no guest", facts.Capacity)
		}
		if !slices.Contains(facts.Firmware, schemas.BootSourceOverrideModeLegacy) {
			f.Errorf("no guest boots with firmware %q", facts.Firmware)
		}
		if facts.Arch == "" || facts.CPUModel == "" || facts.Hypervisor == "" {
			f.Errorf("%+v leaves something out", facts)
		}
		if f.Network != "" && !slices.Contains(facts.Networks, f.Network) {
			f.Errorf("networks %q lack %q", facts.Networks, f.Network)
		}
		ids := map[string]bool{}
		for _, s := range facts.Software {
			if s.ID == "" || s.Name == "" || ids[s.ID] {
				f.Errorf("software %+v has no ID of its own", facts.Software)
			}
			ids[s.ID] = true
		}
		if len(ids) == 0 {
			f.Errorf("no software")
		}
	}},
	{"says how busy it is, and which pools it reaches", func(f *fixture) {
		facts, err := f.Facts(f.ctx())
		f.ok(err)
		if l := facts.Load; l.At.IsZero() || l.CPU < 0 || l.CPU > 1 || l.MemoryMiB < 0 || l.MemoryMiB > facts.Capacity.MemoryMiB {
			f.Errorf("load %+v of %+v", l, facts.Capacity)
		}
		if len(facts.Pools) == 0 {
			f.Errorf("no pool")
		}
		for _, p := range facts.Pools {
			if p.Name == "" || p.UsedGiB < 0 || p.UsedGiB > p.CapacityGiB {
				f.Errorf("pool %+v", p)
			}
		}
		again, err := f.Facts(f.ctx())
		f.ok(err)
		if !again.Load.At.After(facts.Load.At) {
			f.Errorf("looked at %s, and then at %s", facts.Load.At, again.Load.At)
		}
	}},
	{"says the same again", func(f *fixture) {
		first, err := f.Facts(f.ctx())
		f.ok(err)
		second, err := f.Facts(f.ctx())
		f.ok(err)
		// Free space of a pool may move a little between two looks.
		first.Capacity.DiskGiB, second.Capacity.DiskGiB = 0, 0
		first.Sensors, second.Sensors = nil, nil // they measure
		first.Load, second.Load = hawkfish.HostLoad{}, hawkfish.HostLoad{}
		first.Pools, second.Pools = nil, nil
		if !reflect.DeepEqual(first, second) {
			f.Errorf("got %+v, then %+v", first, second)
		}
	}},
}
