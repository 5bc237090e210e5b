package placement

import (
	"cmp"
	"slices"

	"github.com/projectbeskar/hawkfish"
)

// Evacuate says where the systems of a host would go, the largest first, and which of them cannot. Each takes its room from those after it.
// A policy that is not empty holds for all.
func Evacuate(hosts []Candidate, systems []hawkfish.System, policy hawkfish.EvacuationPolicy) []hawkfish.Exit {
	systems = slices.SortedFunc(slices.Values(systems), func(a, b hawkfish.System) int {
		return cmp.Or(cmp.Compare(b.MemoryMiB, a.MemoryMiB), cmp.Compare(a.Name, b.Name))
	})
	hosts = slices.Clone(hosts)
	var exits []hawkfish.Exit
	for _, s := range systems {
		e := hawkfish.Exit{SystemID: s.ID, SystemName: s.Name, Policy: cmp.Or(policy, s.Placement.Evacuation, hawkfish.EvacuateLive)}
		switch {
		case s.Machine.Adopted != nil && e.Policy.Mode() != "":
			e.Reason = "it was adopted: its files are not HawkFish's"
		case e.Policy.Mode() != "":
			e.To, e.Reason = leave(hosts, s, e.Policy)
		}
		exits = append(exits, e)
	}
	return exits
}

func leave(hosts []Candidate, s hawkfish.System, policy hawkfish.EvacuationPolicy) (to, reason string) {
	w := hawkfish.WishOf(s)
	w.Leaving = s.HostID
	if policy == hawkfish.EvacuateLive && hawkfish.IsOn(s.Power) {
		if i := slices.IndexFunc(hosts, func(c Candidate) bool { return c.ID == s.HostID }); i >= 0 {
			w.Arch, w.CPUModel = hosts[i].Facts.Arch, hosts[i].Facts.CPUModel
		}
	}
	to, err := Choose(hosts, w)
	if err != nil {
		return "", hawkfish.Faults(err)[0].Message
	}
	i := slices.IndexFunc(hosts, func(c Candidate) bool { return c.ID == to })
	hosts[i].Free.CPUs -= s.CPUs
	hosts[i].Free.MemoryMiB -= s.MemoryMiB
	hosts[i].Free.DiskGiB -= s.DiskGiB
	return to, ""
}
