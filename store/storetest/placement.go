package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func testPlaceSystem(t *testing.T, f Fleet) {
	s, _ := f.Provisioning(t, "web1", func(s *hawkfish.System) { s.Network = "blue" })
	fault := fails(t, failing(f.PlaceSystem(t.Context(), s.ID)), hawkfish.Exhausted)
	equal(t, "says why", strings.Contains(fault.Message, "there is none"), true)

	f.Announce(t, "big", hawkfish.Resources{CPUs: 64, MemoryMiB: 65536, DiskGiB: 1000}, "default")
	f.Announce(t, "small", hawkfish.Resources{CPUs: 1, MemoryMiB: 1024, DiskGiB: 10}, "default", "blue")
	f.Announce(t, "diskless", hawkfish.Resources{CPUs: 64, MemoryMiB: 65536}, "blue")
	for range 2 {
		equal(t, "the one with the network", must(f.PlaceSystem(t.Context(), s.ID))(t), "small")
	}
	equal(t, "recorded", must(f.FindSystem(t.Context(), all, s.ID))(t).HostID, "small")
	equal(t, "allocated", must(f.FindHost(t.Context(), "small"))(t).Allocated, hawkfish.Resources{CPUs: 1, MemoryMiB: 512, DiskGiB: 1})

	next, task := f.Provisioning(t, "web2", func(s *hawkfish.System) { s.Network = "blue" })
	fault = fails(t, failing(f.PlaceSystem(t.Context(), next.ID)), hawkfish.Exhausted)
	equal(t, "what anybody is told", fault.Message, "no host fits: 1 without the network, 1 with too few CPUs left, 1 with too little disk left")
	for _, detail := range []string{"big has no network", "small has 0 CPUs free of 1", "diskless has 0 GiB"} {
		equal(t, detail+" in "+fault.Err.Error(), strings.Contains(fault.Err.Error(), detail), true)
	}
	f.Finish(t, task, schemas.TaskStateException)

	third, _ := f.Provisioning(t, "web3", func(s *hawkfish.System) { s.Network = "" })
	equal(t, "the one with most memory", must(f.PlaceSystem(t.Context(), third.ID))(t), "big")

	fourth, _ := f.Provisioning(t, "web4", func(s *hawkfish.System) { s.Machine.Firmware = schemas.BootSourceOverrideModeUEFI })
	fault = fails(t, failing(f.PlaceSystem(t.Context(), fourth.ID)), hawkfish.Exhausted)
	equal(t, "none with UEFI in "+fault.Message, strings.Contains(fault.Message, "without the firmware"), true)
}

// However many ask at once, no host is filled beyond what it has, and nobody is refused while one has room.
func testPlacementRace(t *testing.T, f Fleet) {
	const hosts, room, systems = 3, 4, 20
	for i := range hosts {
		f.Announce(t, fmt.Sprint("h", i), hawkfish.Resources{CPUs: room, MemoryMiB: 1 << 20, DiskGiB: 1 << 20}, "default")
	}
	var waiting []hawkfish.System
	for i := range systems {
		s, _ := f.Provisioning(t, fmt.Sprint("s", i), nil)
		waiting = append(waiting, s)
	}
	placed, errs := make([]string, systems), make([]error, systems)
	var wg sync.WaitGroup
	for i, s := range waiting {
		wg.Go(func() { placed[i], errs[i] = f.PlaceSystem(t.Context(), s.ID) })
	}
	wg.Wait()
	count := map[string]int{}
	for i := range systems {
		if errs[i] != nil {
			fails(t, errs[i], hawkfish.Exhausted)
			continue
		}
		count[placed[i]]++
	}
	equal(t, "placed", count, map[string]int{"h0": room, "h1": room, "h2": room})
}

func testHosts(t *testing.T, f Fleet) {
	f.Announce(t, "b", hawkfish.Resources{CPUs: 4}, "default")
	f.Announce(t, "a", hawkfish.Resources{CPUs: 2}, "default")
	hosts := must(f.ListHosts(t.Context()))(t)
	equal(t, "order", []string{hosts[0].ID, hosts[1].ID}, []string{"a", "b"})
	equal(t, "found", must(f.FindHost(t.Context(), "a"))(t), hosts[0])
	equal(t, "host", []any{hosts[0].URI, hosts[0].State, hosts[0].Facts.Capacity.CPUs}, []any{"test:///a", hawkfish.HostEnabled, 2})
	fails(t, failing(f.FindHost(t.Context(), "c")), hawkfish.NotFound)

	f.Announce(t, "a", hawkfish.Resources{CPUs: 2}, "default")
	again := must(f.FindHost(t.Context(), "a"))(t)
	equal(t, "unchanged", again.Revision, hosts[0].Revision)
	equal(t, "lives", again.SeenAt.After(hosts[0].SeenAt), true)
	f.Announce(t, "a", hawkfish.Resources{CPUs: 8}, "default")
	equal(t, "changed", must(f.FindHost(t.Context(), "a"))(t).Revision, hosts[0].Revision+1)
}

// Two machines are never one host: the second hears that the name is taken, while the first lives or has systems.
func testHostsAreToldApart(t *testing.T, f Fleet) {
	announce := func(machine string) error {
		facts := hawkfish.HostFacts{Machine: machine, Capacity: hawkfish.Resources{CPUs: 4}}
		return f.AnnounceHost(t.Context(), hawkfish.Announcement{HostID: "kvm1", URI: "qemu:///system", Facts: facts})
	}
	ok(t, announce("")) // as hosts did that did not say
	ok(t, announce("m1"))
	ok(t, announce("m1"))
	before := must(f.FindHost(t.Context(), "kvm1"))(t)
	fault := fails(t, announce("m2"), hawkfish.Conflict)
	equal(t, "who", []string{fault.Resource, fault.ID}, []string{"Host", "kvm1"})
	equal(t, "nothing of it is stored", must(f.FindHost(t.Context(), "kvm1"))(t), before)
	ok(t, announce("m1"))
}
