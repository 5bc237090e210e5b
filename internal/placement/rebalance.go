package placement

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/projectbeskar/hawkfish"
)

// evenEnough is how far apart, as parts of their memory, hosts may be before anything is moved: less is not worth a migration.
const evenEnough = 0.1

// Rebalance proposes up to most moves that bring the hosts' memory closer together, in an order in which each is possible once
// those before it are made.
func Rebalance(hosts []Candidate, systems []hawkfish.System, most int) []hawkfish.Move {
	b := balance{hosts: hosts, on: map[string][]hawkfish.System{}}
	for _, s := range systems {
		b.on[s.HostID] = append(b.on[s.HostID], s)
	}
	var plan []hawkfish.Move
	for len(plan) < most {
		m, ok := b.next()
		if !ok {
			break
		}
		plan = append(plan, m)
	}
	return plan
}

// balance is a fleet in which moves are tried.
type balance struct {
	hosts []Candidate
	on    map[string][]hawkfish.System // by host
}

// next makes the move that takes most from the fullest host without making another one fuller than that.
func (b *balance) next() (hawkfish.Move, bool) {
	givers := slices.SortedFunc(slices.Values(b.reachable()), func(x, y int) int {
		return cmp.Or(cmp.Compare(fullness(b.hosts[y]), fullness(b.hosts[x])), cmp.Compare(b.hosts[x].ID, b.hosts[y].ID))
	})
	for _, from := range givers {
		if i, to, ok := b.best(from); ok {
			return b.move(from, i, to), true
		}
	}
	return hawkfish.Move{}, false
}

func (b *balance) reachable() []int {
	var all []int
	for i, c := range b.hosts {
		if c.State == hawkfish.HostEnabled && c.Silence <= hawkfish.HostSilence {
			all = append(all, i)
		}
	}
	return all
}

// best finds the largest system that makes its host and another one more alike.
func (b *balance) best(from int) (system, to int, found bool) {
	giver := b.hosts[from]
	order := make([]int, len(b.on[giver.ID]))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		return cmp.Compare(b.on[giver.ID][y].MemoryMiB, b.on[giver.ID][x].MemoryMiB)
	})
	for _, i := range order {
		s := b.on[giver.ID][i]
		if to, ok := b.receiver(giver, s); ok {
			return i, to, true
		}
	}
	return 0, 0, false
}

func (b *balance) receiver(giver Candidate, s hawkfish.System) (int, bool) {
	w := hawkfish.WishOf(s)
	w.Leaving, w.Policy = giver.ID, hawkfish.Spread
	w.Arch, w.CPUModel = giver.Facts.Arch, giver.Facts.CPUModel // it may be running when it is moved
	hosts := b.hosts
	if s.Placement.Group != "" {
		hosts = b.withMates(s)
	}
	fit, _ := divide(hosts, newRequest(hosts, w))
	slices.SortFunc(fit, func(a, b Candidate) int { return cmp.Compare(fullness(a), fullness(b)) })
	for _, c := range fit {
		apart := fullness(giver) - fullness(c)
		after := fullness(less(giver, s)) - fullness(more(c, s))
		if apart > evenEnough && max(after, -after) < apart {
			return slices.IndexFunc(b.hosts, func(h Candidate) bool { return h.ID == c.ID }), true
		}
	}
	return 0, false
}

// withMates counts the others of a system's group where the moves so far have put them.
func (b *balance) withMates(s hawkfish.System) []Candidate {
	hosts := slices.Clone(b.hosts)
	for i := range hosts {
		hosts[i].Mates, hosts[i].Apart = 0, false
		for _, other := range b.on[hosts[i].ID] {
			if other.ID != s.ID && other.ProjectID == s.ProjectID && other.Placement.Group == s.Placement.Group {
				hosts[i].Mates++
				hosts[i].Apart = hosts[i].Apart || other.Placement.AntiAffinity
			}
		}
	}
	return hosts
}

func (b *balance) move(from, i, to int) hawkfish.Move {
	giver, taker := b.hosts[from], b.hosts[to]
	s := b.on[giver.ID][i]
	b.on[giver.ID] = slices.Delete(b.on[giver.ID], i, i+1)
	moved := s
	moved.HostID = taker.ID
	b.on[taker.ID] = append(b.on[taker.ID], moved)
	b.hosts[from], b.hosts[to] = less(giver, s), more(taker, s)
	return hawkfish.Move{
		SystemID: s.ID, SystemName: s.Name, From: giver.ID, To: taker.ID,
		Reason: fmt.Sprintf("the memory of %s is given away to %.0f %%, that of %s to %.0f %%", giver.ID, 100*fullness(giver), taker.ID, 100*fullness(taker)),
	}
}

func less(c Candidate, s hawkfish.System) Candidate { return changed(c, s, -1) }
func more(c Candidate, s hawkfish.System) Candidate { return changed(c, s, 1) }

func changed(c Candidate, s hawkfish.System, times int) Candidate {
	c.Allocated.CPUs += times * s.CPUs
	c.Allocated.MemoryMiB += int64(times) * s.MemoryMiB
	c.Allocated.DiskGiB += int64(times) * s.DiskGiB
	c.Free = c.Host.Free()
	return c
}

// fullness is the part of a host's memory that has been given away.
func fullness(c Candidate) float64 {
	return float64(c.Allocated.MemoryMiB) / float64(max(c.Room().MemoryMiB, 1))
}
