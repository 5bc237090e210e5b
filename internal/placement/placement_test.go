package placement_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/placement"
	"github.com/projectbeskar/hawkfish/schemas"
)

// fine is a host that does for what wish wants.
func fine(id string) placement.Candidate {
	h := hawkfish.Host{ID: id, State: hawkfish.HostEnabled, Facts: hawkfish.HostFacts{
		Capacity: hawkfish.Resources{CPUs: 4, MemoryMiB: 4096, DiskGiB: 100}, Networks: []string{"blue"}, Pools: []hawkfish.Pool{{Name: "nfs"}},
		Arch: "x86_64", CPUModel: "Haswell", SecureBoot: true, TPM: true, Firmware: []schemas.BootSourceOverrideMode{schemas.BootSourceOverrideModeUEFI},
	}, Labels: map[string]string{"zone": "a"}, Taints: []hawkfish.Taint{{Key: "gpu"}}}
	return placement.Candidate{Host: h, Free: h.Free()}
}

var wish = hawkfish.Wish{
	Resources: hawkfish.Resources{CPUs: 1, MemoryMiB: 512, DiskGiB: 10}, Networks: []string{"blue"}, Mode: schemas.BootSourceOverrideModeUEFI,
	SecureBoot: true, TPM: true, Arch: "x86_64", CPUModel: "Haswell", Leaving: "old",
	Placement: hawkfish.Placement{
		Host: "h1", HostLabels: map[string]string{"zone": "a"}, Tolerations: []hawkfish.Taint{{Key: "gpu"}}, StoragePools: []string{"nfs"}, Group: "g",
	},
}

// Each thing that is wrong with a host is told, to anybody and to operators.
func TestRequirements(t *testing.T) {
	t.Parallel()
	if chosen, err := placement.Choose([]placement.Candidate{fine("h1")}, wish); err != nil || chosen != "h1" {
		t.Fatal(chosen, err)
	}
	for reason, spoil := range map[string]func(c *placement.Candidate, w *hawkfish.Wish){
		"another than the one asked for":     func(_ *placement.Candidate, w *hawkfish.Wish) { w.Host = "h2" },
		"to be left":                         func(_ *placement.Candidate, w *hawkfish.Wish) { w.Leaving = "h1" },
		"in maintenance":                     func(c *placement.Candidate, _ *hawkfish.Wish) { c.State = hawkfish.HostFenced },
		"unreachable":                        func(c *placement.Candidate, _ *hawkfish.Wish) { c.Silence = time.Minute },
		"without the labels":                 func(c *placement.Candidate, _ *hawkfish.Wish) { c.Labels = nil },
		"with taints that are not tolerated": func(_ *placement.Candidate, w *hawkfish.Wish) { w.Tolerations = nil },
		"without the network":                func(_ *placement.Candidate, w *hawkfish.Wish) { w.Networks = []string{"red"} },
		"without the storage pool":           func(_ *placement.Candidate, w *hawkfish.Wish) { w.StoragePools = []string{"iscsi"} },
		"without the firmware":               func(_ *placement.Candidate, w *hawkfish.Wish) { w.Mode = schemas.BootSourceOverrideModeLegacy },
		"without Secure Boot":                func(c *placement.Candidate, _ *hawkfish.Wish) { c.Facts.SecureBoot = false },
		"without a TPM":                      func(c *placement.Candidate, _ *hawkfish.Wish) { c.Facts.TPM = false },
		"of another architecture":            func(_ *placement.Candidate, w *hawkfish.Wish) { w.Arch = "aarch64" },
		"with other processors":              func(_ *placement.Candidate, w *hawkfish.Wish) { w.CPUModel = "Skylake" },
		"with another system of the group":   func(c *placement.Candidate, w *hawkfish.Wish) { c.Mates, w.AntiAffinity = 1, true },
		"with too few CPUs left":             func(_ *placement.Candidate, w *hawkfish.Wish) { w.CPUs = 5 },
		"with too little memory left":        func(_ *placement.Candidate, w *hawkfish.Wish) { w.MemoryMiB = 5000 },
		"with too little disk left":          func(_ *placement.Candidate, w *hawkfish.Wish) { w.DiskGiB = 101 },
	} {
		c, w := fine("h1"), wish
		spoil(&c, &w)
		_, err := placement.Choose([]placement.Candidate{c}, w)
		fault := hawkfish.Faults(err)[0]
		if fault.Kind != hawkfish.Exhausted || fault.Message != "no host fits: 1 "+reason || !strings.HasPrefix(fault.Err.Error(), "h1 ") {
			t.Errorf("%s: %v", reason, err)
		}
		told := placement.Explain([]placement.Candidate{c}, w)
		if told.Host != "" || len(told.Verdicts) != 1 || !slices.Equal(told.Verdicts[0].Reasons, []string{reason}) || len(told.Verdicts[0].Details) != 1 {
			t.Errorf("%s: %+v", reason, told)
		}
	}
	w := wish
	w.Host = ""
	other := fine("h2")
	other.Mates = 1
	told := placement.Explain([]placement.Candidate{fine("h1"), other}, w)
	if told.Host != "h2" || told.Verdicts[1].Reasons[0] != "without the other systems of the group" {
		t.Errorf("%+v", told)
	}
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	var all []string
	for _, p := range placement.Policies() {
		all = append(all, string(p))
	}
	if want := slices.Sorted(slices.Values(hawkfish.PlacementPolicy("").Values())); !slices.Equal(all, want) {
		t.Errorf("there are preferences for %q, and policies %q", all, want)
	}
	full, idle := fine("full"), fine("idle")
	full.Free.MemoryMiB, full.Load = 1000, hawkfish.HostLoad{CPU: 0.1, At: time.Now()}
	idle.Load = hawkfish.HostLoad{CPU: 0.1, At: time.Now()}
	full.Lot, idle.Lot = 1, 2
	w := hawkfish.Wish{Mode: schemas.BootSourceOverrideModeUEFI, Placement: hawkfish.Placement{Tolerations: []hawkfish.Taint{{Key: "gpu"}}}}
	for policy, want := range map[hawkfish.PlacementPolicy]string{"": "idle", hawkfish.Spread: "idle", hawkfish.Pack: "full", hawkfish.Random: "full", hawkfish.LeastLoaded: "idle"} {
		w.Policy = policy
		if got, err := placement.Choose([]placement.Candidate{full, idle}, w); got != want || err != nil {
			t.Errorf("%s: %s %v", policy, got, err)
		}
	}
	// What has been given away since the load was measured counts, or all would go to one host until it is measured again.
	idle.Allocated.CPUs = 3
	w.Policy = hawkfish.LeastLoaded
	if got, err := placement.Choose([]placement.Candidate{full, idle}, w); got != "full" || err != nil {
		t.Errorf("%s %v", got, err)
	}
}
