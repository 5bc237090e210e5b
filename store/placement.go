package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// wish is what a system wants of a host.
type wish struct {
	hawkfish.Resources
	networks []string
	mode     schemas.BootSourceOverrideMode
}

// missing lists the networks that a host has not.
func (w wish) missing(c candidate) []string {
	return slices.DeleteFunc(slices.Clone(w.networks), func(name string) bool { return slices.Contains(c.Facts.Networks, name) })
}

// candidate is a host, and what is left of it.
type candidate struct {
	hawkfish.Host
	silence time.Duration
	free    hawkfish.Resources
}

// requirement is what a host must meet. The reason why it does not is for anybody, and names no host and no
// amount; detail is for operators.
type requirement struct {
	reason string
	met    func(candidate, wish) bool
	detail func(candidate, wish) string
}

var requirements = []requirement{
	{
		"in maintenance",
		func(c candidate, _ wish) bool { return c.State == hawkfish.HostEnabled },
		func(c candidate, _ wish) string { return "is in state " + string(c.State) },
	},
	{
		"unreachable",
		func(c candidate, _ wish) bool { return c.silence <= hawkfish.HostSilence },
		func(c candidate, _ wish) string {
			return "has been silent for " + c.silence.Round(time.Second).String()
		},
	},
	{
		"without the network",
		func(c candidate, w wish) bool { return len(w.missing(c)) == 0 },
		func(c candidate, w wish) string { return fmt.Sprintf("has no network %q", w.missing(c)) },
	},
	{
		"without the firmware",
		func(c candidate, w wish) bool { return slices.Contains(c.Modes(), w.mode) },
		func(_ candidate, w wish) string { return fmt.Sprintf("has no %s firmware", w.mode) },
	},
	{
		"with too few CPUs left",
		func(c candidate, w wish) bool { return w.CPUs <= c.free.CPUs },
		func(c candidate, w wish) string { return shortage(int64(c.free.CPUs), int64(w.CPUs), "CPUs") },
	},
	{
		"with too little memory left",
		func(c candidate, w wish) bool { return w.MemoryMiB <= c.free.MemoryMiB },
		func(c candidate, w wish) string { return shortage(c.free.MemoryMiB, w.MemoryMiB, "MiB of memory") },
	},
	{
		"with too little disk left",
		func(c candidate, w wish) bool { return w.DiskGiB <= c.free.DiskGiB },
		func(c candidate, w wish) string { return shortage(c.free.DiskGiB, w.DiskGiB, "GiB of disk") },
	},
}

func shortage(free, wanted int64, of string) string {
	return fmt.Sprintf("has %d %s free of %d wanted", max(free, 0), of, wanted)
}

// preferences order the hosts that meet the requirements, the strongest first: systems are spread by
// memory, the resource that cannot be shared.
var preferences = []func(a, b candidate) int{
	func(a, b candidate) int { return cmp.Compare(b.free.MemoryMiB, a.free.MemoryMiB) },
	func(a, b candidate) int { return cmp.Compare(b.free.CPUs, a.free.CPUs) },
	func(a, b candidate) int { return cmp.Compare(a.ID, b.ID) },
}

// PlaceSystem chooses a host for a system, records it, and returns it. A system already placed keeps its host.
// Exhausted, with the reasons, when none fits. Racing calls are served one after another.
func (s *Store) PlaceSystem(ctx context.Context, systemID string) (string, error) {
	on := subject{resourceSystem, systemID}
	if !isID(systemID) {
		return "", on.missing()
	}
	return transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (string, error) {
		if err := q.LockHosts(ctx); err != nil {
			return "", err
		}
		row, err := q.SystemToPlace(ctx, systemID)
		placed, err := found(row, err)
		if err != nil || placed.HostID != "" {
			return placed.HostID, err
		}
		hosts, err := candidates(ctx, q)
		if err != nil {
			return "", err
		}
		chosen, err := choose(hosts, wish{
			Resources: hawkfish.Resources{CPUs: placed.CPUs, MemoryMiB: placed.MemoryMiB, DiskGiB: placed.DiskGiB},
			networks:  placed.Networks(),
			mode:      placed.Machine.Mode(),
		})
		if err != nil {
			return "", err
		}
		return chosen, q.PlaceSystem(ctx, db.PlaceSystemParams{ID: systemID, HostID: &chosen})
	})
}

// choose returns the host that serves a wish best.
func choose(hosts []candidate, w wish) (string, error) {
	var fit []candidate
	short := make([]int, len(requirements)) // how many hosts fail at which
	var details []string
	for _, c := range hosts {
		i := slices.IndexFunc(requirements, func(r requirement) bool { return !r.met(c, w) })
		if i < 0 {
			fit = append(fit, c)
			continue
		}
		short[i]++
		details = append(details, c.ID+" "+requirements[i].detail(c, w))
	}
	if len(fit) == 0 {
		return "", noneFits(short, details)
	}
	return slices.MinFunc(fit, func(a, b candidate) int {
		for _, prefer := range preferences {
			if order := prefer(a, b); order != 0 {
				return order
			}
		}
		return 0
	}).ID, nil
}

// noneFits tells callers, who may be tenants, how many hosts lack what; which and how much is the cause, for operators.
func noneFits(short []int, details []string) error {
	var reasons []string
	for i, n := range short {
		if n > 0 {
			reasons = append(reasons, fmt.Sprintf("%d %s", n, requirements[i].reason))
		}
	}
	if len(reasons) == 0 {
		reasons = []string{"there is none"}
	}
	return &hawkfish.Error{
		Kind: hawkfish.Exhausted, Resource: resourceHost, Message: "no host fits: " + strings.Join(reasons, ", "),
		Err: errors.New(strings.Join(details, "; ")),
	}
}

func candidates(ctx context.Context, q *db.Queries) ([]candidate, error) {
	rows, err := q.ListHosts(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]candidate, len(rows))
	for i, row := range rows {
		h, err := host(row.Host, row.CPUs, row.MemoryMiB, row.DiskGiB)
		if err != nil {
			return nil, err
		}
		all[i] = candidate{
			Host: h, silence: time.Duration(row.Silence * float64(time.Second)),
			free: hawkfish.Resources{
				CPUs:      h.Facts.Capacity.CPUs - h.Allocated.CPUs,
				MemoryMiB: h.Facts.Capacity.MemoryMiB - h.Allocated.MemoryMiB,
				DiskGiB:   h.Facts.Capacity.DiskGiB - h.Allocated.DiskGiB,
			},
		}
	}
	return all, nil
}
