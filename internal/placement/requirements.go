package placement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// requirement is what a host must meet. The reason why it does not is for anybody, and names no host and no
// amount; detail is for operators.
type requirement struct {
	reason string
	met    func(Candidate, request) bool
	detail func(Candidate, request) string
}

// requirements, in the order in which they are told: what nobody can do anything about comes before what is only used up.
var requirements = []requirement{
	{
		"another than the one asked for",
		func(c Candidate, r request) bool { return r.Host == "" || r.Host == c.ID },
		func(_ Candidate, r request) string { return "is not " + r.Host },
	},
	{
		"to be left",
		func(c Candidate, r request) bool { return c.ID != r.Leaving },
		func(Candidate, request) string { return "is the host that the system is on" },
	},
	{
		"in maintenance",
		func(c Candidate, _ request) bool {
			return c.State != hawkfish.HostMaintenance && c.State != hawkfish.HostFenced
		},
		func(c Candidate, _ request) string { return "is in state " + string(c.State) },
	},
	{
		"unreachable",
		func(c Candidate, _ request) bool {
			return c.Silence <= hawkfish.HostSilence && c.State != hawkfish.HostUnreachable && c.State != hawkfish.HostError
		},
		func(c Candidate, _ request) string {
			switch {
			case c.SeenAt.IsZero() && c.Silence > 365*24*time.Hour:
				return "has never reported"
			case c.State == hawkfish.HostError:
				return "reports that its hypervisor does not answer"
			}
			return "has been silent for " + c.Silence.Round(time.Second).String()
		},
	},
	{
		"without the labels",
		func(c Candidate, r request) bool { return len(unlabelled(c, r)) == 0 },
		func(c Candidate, r request) string {
			return "has not the labels " + strings.Join(unlabelled(c, r), ", ")
		},
	},
	{
		"with taints that are not tolerated",
		func(c Candidate, r request) bool { return len(untolerated(c, r)) == 0 },
		func(c Candidate, r request) string { return "has the taints " + strings.Join(untolerated(c, r), ", ") },
	},
	{
		"without the network",
		func(c Candidate, r request) bool { return len(unconnected(c, r)) == 0 },
		func(c Candidate, r request) string { return fmt.Sprintf("has no network %q", unconnected(c, r)) },
	},
	{
		"without the storage pool",
		func(c Candidate, r request) bool { return len(unreached(c, r)) == 0 },
		func(c Candidate, r request) string {
			return "does not reach the storage pools " + strings.Join(unreached(c, r), ", ")
		},
	},
	{
		"without the firmware",
		func(c Candidate, r request) bool { return slices.Contains(c.Modes(), r.Mode) },
		func(_ Candidate, r request) string { return fmt.Sprintf("has no %s firmware", r.Mode) },
	},
	{
		"without Secure Boot",
		func(c Candidate, r request) bool { return !r.SecureBoot || c.Facts.SecureBoot },
		func(Candidate, request) string { return "has no firmware with Secure Boot" },
	},
	{
		"without a TPM",
		func(c Candidate, r request) bool { return !r.TPM || c.Facts.TPM },
		func(Candidate, request) string { return "cannot emulate a TPM" },
	},
	{
		"of another architecture",
		func(c Candidate, r request) bool { return r.Arch == "" || r.Arch == c.Facts.Arch },
		func(c Candidate, r request) string { return fmt.Sprintf("is %s, not %s", c.Facts.Arch, r.Arch) },
	},
	{
		"without the pool that its disk is in",
		func(c Candidate, r request) bool { return r.DiskPool == "" || r.DiskPool == c.Facts.DiskPool },
		func(Candidate, request) string { return "does not share the pool of disks" },
	},
	{
		"with other processors",
		func(c Candidate, r request) bool { return r.CPUModel == "" || r.CPUModel == c.Facts.CPUModel },
		func(c Candidate, r request) string {
			return fmt.Sprintf("has processors %q, and the guest runs on %q", c.Facts.CPUModel, r.CPUModel)
		},
	},
	{
		"with another system of the group",
		func(c Candidate, r request) bool { return c.Mates == 0 || !c.Apart && !r.AntiAffinity },
		func(_ Candidate, r request) string {
			return fmt.Sprintf("has a system of group %q, whose systems are kept apart", r.Group)
		},
	},
	{
		"without the other systems of the group",
		func(c Candidate, r request) bool { return !r.together || c.Mates > 0 },
		func(_ Candidate, r request) string { return fmt.Sprintf("has no system of group %q", r.Group) },
	},
	{
		"with too few CPUs left",
		func(c Candidate, r request) bool { return r.CPUs <= c.Free.CPUs },
		func(c Candidate, r request) string { return shortage(int64(c.Free.CPUs), int64(r.CPUs), "CPUs") },
	},
	{
		"with too little memory left",
		func(c Candidate, r request) bool { return r.MemoryMiB <= c.Free.MemoryMiB },
		func(c Candidate, r request) string { return shortage(c.Free.MemoryMiB, r.MemoryMiB, "MiB of memory") },
	},
	{
		"with too little disk left",
		func(c Candidate, r request) bool { return r.DiskGiB <= c.Free.DiskGiB },
		func(c Candidate, r request) string { return shortage(c.Free.DiskGiB, r.DiskGiB, "GiB of disk") },
	},
}

func shortage(free, wanted int64, of string) string {
	return fmt.Sprintf("has %d %s free of %d wanted", max(free, 0), of, wanted)
}

// unlabelled lists the labels that the wish asks for and the host does not have.
func unlabelled(c Candidate, r request) (missing []string) {
	for key, value := range r.HostLabels {
		if has, ok := c.Labels[key]; !ok || has != value {
			missing = append(missing, key+"="+value)
		}
	}
	slices.Sort(missing)
	return missing
}

func untolerated(c Candidate, r request) (keep []string) {
	for _, t := range c.Taints {
		if !r.Tolerates(t) {
			keep = append(keep, t.String())
		}
	}
	return keep
}

func unconnected(c Candidate, r request) []string {
	return slices.DeleteFunc(slices.Clone(r.Networks), func(name string) bool { return slices.Contains(c.Facts.Networks, name) })
}

func unreached(c Candidate, r request) (missing []string) {
	for _, name := range r.StoragePools {
		if !slices.ContainsFunc(c.Facts.Pools, func(p hawkfish.Pool) bool { return p.Name == name }) {
			missing = append(missing, name)
		}
	}
	return missing
}
