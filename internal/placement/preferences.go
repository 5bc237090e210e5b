package placement

import (
	"cmp"
	"slices"

	"github.com/projectbeskar/hawkfish"
)

// prefer is negative when a is to be preferred to b.
type prefer func(a, b Candidate) int

// preferences order the hosts that meet the requirements, the strongest first. Memory, which cannot be shared, counts
// before CPUs; what is equal in all of it is ordered by name.
var preferences = map[hawkfish.PlacementPolicy][]prefer{
	hawkfish.Spread:      {moreMemory, moreCPUs},
	hawkfish.Pack:        {reversed(moreMemory), reversed(moreCPUs)},
	hawkfish.Random:      {func(a, b Candidate) int { return cmp.Compare(a.Lot, b.Lot) }},
	hawkfish.LeastLoaded: {lessBusy, moreMemory, moreCPUs},
}

// Policies lists the policies that there are preferences for.
func Policies() []hawkfish.PlacementPolicy {
	var all []hawkfish.PlacementPolicy
	for p := range preferences {
		all = append(all, p)
	}
	slices.Sort(all)
	return all
}

func moreMemory(a, b Candidate) int { return cmp.Compare(b.Free.MemoryMiB, a.Free.MemoryMiB) }
func moreCPUs(a, b Candidate) int   { return cmp.Compare(b.Free.CPUs, a.Free.CPUs) }

// lessBusy compares in steps of a twentieth: a host is not worse for what it did in one second more.
func lessBusy(a, b Candidate) int { return cmp.Compare(twentieths(a), twentieths(b)) }

func twentieths(c Candidate) int { return int(c.Estimate() * 20) }

func reversed(p prefer) prefer { return func(a, b Candidate) int { return p(b, a) } }
