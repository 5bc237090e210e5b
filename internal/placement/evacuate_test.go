package placement_test

import (
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/placement"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Each system goes where there is room once those before it have gone; what cannot leave says why.
func TestEvacuate(t *testing.T) {
	t.Parallel()
	host := func(id string, memoryMiB int64) placement.Candidate {
		h := hawkfish.Host{ID: id, State: hawkfish.HostEnabled, Facts: hawkfish.HostFacts{
			Capacity: hawkfish.Resources{CPUs: 16, MemoryMiB: memoryMiB, DiskGiB: 100}, Arch: "x86_64", CPUModel: "Haswell",
		}}
		return placement.Candidate{Host: h, Free: h.Free()}
	}
	other := host("amd", 8192)
	other.Facts.CPUModel = "EPYC"
	off := host("busy", 8192)
	off.State = hawkfish.HostMaintenance
	hosts := []placement.Candidate{host("old", 8192), host("near", 1024), other, off}
	system := func(name string, memory int64, power schemas.PowerState, change func(*hawkfish.System)) hawkfish.System {
		s := hawkfish.System{ID: name, Name: name, HostID: "old", CPUs: 1, MemoryMiB: memory, DiskGiB: 1, Power: power}
		if change != nil {
			change(&s)
		}
		return s
	}
	on, stopped := schemas.PowerStateOn, schemas.PowerStateOff
	exits := placement.Evacuate(hosts, []hawkfish.System{
		system("small", 512, on, nil), system("big", 768, on, nil), system("off", 256, stopped, nil),
		system("cold", 128, on, func(s *hawkfish.System) { s.Placement.Evacuation = hawkfish.EvacuateCold }),
		system("stop", 64, on, func(s *hawkfish.System) { s.Placement.Evacuation = hawkfish.EvacuateStop }),
		system("leave", 32, on, func(s *hawkfish.System) { s.Placement.Evacuation = hawkfish.EvacuateLeave }),
		system("adopted", 16, on, func(s *hawkfish.System) { s.Machine.Adopted = &hawkfish.Adopted{} }),
	}, "")
	want := map[string]string{"big": "near", "small": "!", "off": "amd", "cold": "amd", "stop": "", "leave": "", "adopted": "!"}
	for _, e := range exits {
		got := e.To
		if e.Reason != "" {
			got = "!"
		}
		if got != want[e.SystemName] {
			t.Errorf("%s: %+v", e.SystemName, e)
		}
	}
	if e := exits[1]; e.SystemName != "small" || !strings.Contains(e.Reason, "too little memory") || !strings.Contains(e.Reason, "other processors") || e.Leaves() {
		t.Errorf("%+v", e)
	}
	for _, e := range placement.Evacuate(hosts, []hawkfish.System{system("a", 1, on, nil)}, hawkfish.EvacuateLeave) {
		if e.Leaves() || e.Policy != hawkfish.EvacuateLeave {
			t.Errorf("%+v", e)
		}
	}
}
