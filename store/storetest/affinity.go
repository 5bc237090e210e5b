package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// wanting makes a system that is to be placed so.
func (f Fleet) wanting(t testing.TB, name string, p hawkfish.Placement) hawkfish.System {
	t.Helper()
	s, _ := f.Provisioning(t, name, func(s *hawkfish.System) { s.Placement = p })
	equal(t, "kept", s.Placement, p)
	return s
}

func testPlacementWishes(t *testing.T, f Fleet) {
	for i, h := range []hawkfish.Host{
		{ID: "h1", Labels: map[string]string{"zone": "a"}},
		{ID: "h2", Labels: map[string]string{"zone": "b"}, Taints: []hawkfish.Taint{{Key: "gpu", Value: "yes"}}},
		{ID: "h3", Labels: map[string]string{"zone": "b"}},
	} {
		_ = must(f.RegisterHost(t.Context(), h))(t)
		ok(t, f.AnnounceHost(t.Context(), hawkfish.Announcement{HostID: h.ID, Facts: hawkfish.HostFacts{
			Capacity: hawkfish.Resources{CPUs: 64, MemoryMiB: int64(65536 - 1000*i), DiskGiB: 1000}, Networks: []string{"default"},
			Pools: []hawkfish.Pool{{Name: "pool" + h.ID}}, Load: hawkfish.HostLoad{CPU: 1 - float64(i)/3, At: time.Now()},
		}}))
	}
	for i, c := range []struct {
		wants hawkfish.Placement
		goes  string
	}{
		{hawkfish.Placement{}, "h1"},
		{hawkfish.Placement{HostLabels: map[string]string{"zone": "b"}}, "h3"},
		{hawkfish.Placement{HostLabels: map[string]string{"zone": "b"}, Tolerations: []hawkfish.Taint{{Key: "gpu"}}}, "h2"},
		{hawkfish.Placement{Tolerations: []hawkfish.Taint{{Key: "gpu", Value: "no"}}, HostLabels: map[string]string{"zone": "b"}}, "h3"},
		{hawkfish.Placement{Host: "h3"}, "h3"},
		{hawkfish.Placement{StoragePools: []string{"poolh3"}}, "h3"},
		{hawkfish.Placement{Policy: hawkfish.Pack}, "h3"},
		{hawkfish.Placement{Policy: hawkfish.LeastLoaded}, "h3"},
		{hawkfish.Placement{Policy: hawkfish.Random, Host: "h1"}, "h1"},
		{hawkfish.Placement{Host: "h9"}, ""},
		{hawkfish.Placement{HostLabels: map[string]string{"zone": "c"}}, ""},
		{hawkfish.Placement{Host: "h2"}, ""},
	} {
		s := f.wanting(t, fmt.Sprint("s", i), c.wants)
		why := must(f.ExplainPlacement(t.Context(), hawkfish.WishOf(s)))(t)
		equal(t, fmt.Sprintf("explained %+v", c.wants), why.Host, c.goes)
		equal(t, "a verdict on each", len(why.Verdicts), 3)
		if c.goes == "" {
			fails(t, failing(f.PlaceSystem(t.Context(), s.ID)), hawkfish.Exhausted)
			continue
		}
		equal(t, fmt.Sprintf("%+v", c.wants), must(f.PlaceSystem(t.Context(), s.ID))(t), c.goes)
	}
}

func testPlacementGroups(t *testing.T, f Fleet) {
	for _, id := range []string{"h1", "h2", "h3"} {
		f.Announce(t, id, hawkfish.Resources{CPUs: 64, MemoryMiB: 65536, DiskGiB: 1000}, "default")
	}
	apart := hawkfish.Placement{Group: "db", AntiAffinity: true}
	seen := map[string]bool{}
	for i := range 3 {
		seen[must(f.PlaceSystem(t.Context(), f.wanting(t, fmt.Sprint("db", i), apart).ID))(t)] = true
	}
	equal(t, "each on another", len(seen), 3)
	fault := fails(t, failing(f.PlaceSystem(t.Context(), f.wanting(t, "db3", apart).ID)), hawkfish.Exhausted)
	equal(t, fault.Message, strings.Contains(fault.Message, "3 with another system of the group"), true)
	fails(t, failing(f.PlaceSystem(t.Context(), f.wanting(t, "db4", hawkfish.Placement{Group: "db"}).ID)), hawkfish.Exhausted)

	together := hawkfish.Placement{Group: "app"}
	first := must(f.PlaceSystem(t.Context(), f.wanting(t, "app0", together).ID))(t)
	for i := range 3 {
		equal(t, "with the others", must(f.PlaceSystem(t.Context(), f.wanting(t, fmt.Sprint("app", i+1), together).ID))(t), first)
	}
	other := must(f.CreateProject(t.Context(), hawkfish.Project{Name: "other"}))(t)
	s, _ := f.Provisioning(t, "elsewhere", func(s *hawkfish.System) { s.Placement, s.ProjectID = apart, other.ID })
	_ = must(f.PlaceSystem(t.Context(), s.ID))(t) // groups of other projects are others
}

// Room on the way counts as given away, until it is given back, used or too old.
func testReservations(t *testing.T, f Fleet) {
	room := hawkfish.Resources{CPUs: 2, MemoryMiB: 65536, DiskGiB: 1000}
	f.Announce(t, "h1", room, "default")
	s := f.Ready(t, "web1", nil)
	f.Announce(t, "h2", room, "default")
	go1 := hawkfish.Departure{SystemID: s.ID, For: time.Hour}
	allocated := func(host string) int { return must(f.FindHost(t.Context(), host))(t).Allocated.CPUs }

	fails(t, failing(f.ReserveHost(t.Context(), hawkfish.Departure{SystemID: s.ID, To: "h1", For: time.Hour})), hawkfish.Conflict)
	for range 2 {
		equal(t, "goes to", must(f.ReserveHost(t.Context(), go1))(t), "h2")
		equal(t, "on both", []int{allocated("h1"), allocated("h2")}, []int{1, 1})
	}
	fails(t, f.RemoveHost(t.Context(), "h2", 0), hawkfish.Conflict)
	fails(t, f.MoveSystem(t.Context(), s.ID, "h3"), hawkfish.Conflict)
	big, _ := f.Provisioning(t, "big", func(s *hawkfish.System) { s.CPUs = 2 })
	fails(t, failing(f.PlaceSystem(t.Context(), big.ID)), hawkfish.Exhausted)
	ok(t, f.ReleaseHost(t.Context(), s.ID))
	ok(t, f.ReleaseHost(t.Context(), s.ID))
	equal(t, "given back", allocated("h2"), 0)
	fails(t, f.MoveSystem(t.Context(), s.ID, "h2"), hawkfish.Conflict)

	equal(t, "goes to", must(f.ReserveHost(t.Context(), hawkfish.Departure{SystemID: s.ID, To: "h2", For: time.Nanosecond}))(t), "h2")
	equal(t, "what is too old does not count", must(f.PlaceSystem(t.Context(), big.ID))(t), "h2")
	fault := fails(t, failing(f.ReserveHost(t.Context(), go1)), hawkfish.Exhausted)
	equal(t, fault.Message, strings.Contains(fault.Message, "1 to be left, 1 with too few CPUs left"), true)

	f.Announce(t, "h3", room, "default")
	equal(t, "goes to", must(f.ReserveHost(t.Context(), go1))(t), "h3")
	for range 2 {
		ok(t, f.MoveSystem(t.Context(), s.ID, "h3"))
		equal(t, "counted once", []int{allocated("h1"), allocated("h2"), allocated("h3")}, []int{0, 2, 1})
	}
	equal(t, "is there", must(f.FindSystem(t.Context(), all, s.ID))(t).HostID, "h3")
}

// Of 200 that ask at the same time, some to be placed and some on their way from elsewhere, no host gets more than it has room for, and
// what is given away is what is on the hosts.
func testOverfillRace(t *testing.T, f Fleet) {
	const wishes, hosts, room = 200, 4, 30
	f.Announce(t, "old", roomy, "default")
	var placed []hawkfish.System
	for i := range wishes / 2 {
		placed = append(placed, f.Ready(t, fmt.Sprint("old", i), nil))
	}
	_ = must(f.ChangeHost(t.Context(), "old", 0, hawkfish.HostEntersMaintenance, "ada"))(t)
	for i := range hosts {
		f.Announce(t, fmt.Sprint("h", i), hawkfish.Resources{CPUs: room, MemoryMiB: 1 << 20, DiskGiB: 1 << 20}, "default")
	}
	var fresh []hawkfish.System
	for i := range wishes / 2 {
		s, _ := f.Provisioning(t, fmt.Sprint("new", i), nil)
		fresh = append(fresh, s)
	}
	errs := make(chan error, wishes)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range wishes / 2 {
		wg.Go(func() {
			<-start
			_, err := f.PlaceSystem(t.Context(), fresh[i].ID)
			errs <- err
		})
		wg.Go(func() {
			<-start
			to, err := f.ReserveHost(t.Context(), hawkfish.Departure{SystemID: placed[i].ID, For: time.Hour})
			if err == nil && i%2 == 0 {
				err = f.MoveSystem(t.Context(), placed[i].ID, to)
			}
			errs <- err
		})
	}
	close(start)
	wg.Wait()
	close(errs)
	won := 0
	for err := range errs {
		if err == nil {
			won++
		} else {
			fails(t, err, hawkfish.Exhausted)
		}
	}
	equal(t, "as many as there is room for", won, hosts*room)
	for i := range hosts {
		h := must(f.FindHost(t.Context(), fmt.Sprint("h", i)))(t)
		equal(t, "full, and not more than that", []int{h.Allocated.CPUs, h.Systems}, []int{room, room})
	}
	left := must(f.FindHost(t.Context(), "old"))(t)
	moved := 0
	for _, s := range placed {
		if must(f.FindSystem(t.Context(), all, s.ID))(t).HostID != "old" {
			moved++
		}
	}
	equal(t, "left", left.Systems, len(placed)-moved)
}

// What is proposed makes hosts more alike, and can be done.
func testRebalance(t *testing.T, f Fleet) {
	room := hawkfish.Resources{CPUs: 64, MemoryMiB: 8192, DiskGiB: 1000}
	f.Announce(t, "h1", room, "default")
	for i := range 8 {
		_ = f.Ready(t, fmt.Sprint("s", i), func(s *hawkfish.System) {
			s.MemoryMiB = 1000
			if i < 2 {
				s.Placement.Host = "h1"
			}
		})
	}
	equal(t, "nowhere to go", len(must(f.PlanRebalance(t.Context(), 100))(t)), 0)
	f.Announce(t, "h2", room, "default")
	plan := must(f.PlanRebalance(t.Context(), 100))(t)
	equal(t, "moves", len(plan), 4)
	equal(t, "some of them", must(f.PlanRebalance(t.Context(), 2))(t), plan[:2])
	for _, m := range plan {
		equal(t, "from and to", []string{m.From, m.To}, []string{"h1", "h2"})
		equal(t, "may go", m.SystemName != "s0" && m.SystemName != "s1", true)
		equal(t, "can be done", must(f.ReserveHost(t.Context(), hawkfish.Departure{SystemID: m.SystemID, To: m.To, For: time.Hour}))(t), m.To)
		ok(t, f.MoveSystem(t.Context(), m.SystemID, m.To))
	}
	equal(t, "alike", len(must(f.PlanRebalance(t.Context(), 100))(t)), 0)
}
