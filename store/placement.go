package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// wish is what a system wants of a host.
type wish struct {
	hawkfish.Resources
	network string // empty: none
}

// candidate is a host, and what is left of it.
type candidate struct {
	hawkfish.Host
	silence time.Duration
	free    hawkfish.Resources
}

// requirements are what a host must meet; each says why it does not, or nothing.
var requirements = []func(candidate, wish) string{
	func(c candidate, _ wish) string {
		return unless(c.State == hawkfish.HostEnabled, "is in state %s", c.State)
	},
	func(c candidate, _ wish) string {
		return unless(c.silence <= hawkfish.HostSilence, "has been silent for %s", c.silence.Round(time.Second))
	},
	func(c candidate, w wish) string {
		return unless(w.network == "" || slices.Contains(c.Facts.Networks, w.network), "has no network %q", w.network)
	},
	func(c candidate, w wish) string {
		return unless(w.CPUs <= c.free.CPUs, "has %d CPUs free of %d wanted", max(c.free.CPUs, 0), w.CPUs)
	},
	func(c candidate, w wish) string {
		return unless(w.MemoryMiB <= c.free.MemoryMiB, "has %d MiB of memory free of %d wanted", max(c.free.MemoryMiB, 0), w.MemoryMiB)
	},
	func(c candidate, w wish) string {
		return unless(w.DiskGiB <= c.free.DiskGiB, "has %d GiB of disk free of %d wanted", max(c.free.DiskGiB, 0), w.DiskGiB)
	},
}

// preferences order the hosts that meet the requirements, the strongest first: systems are spread by
// memory, the resource that cannot be shared.
var preferences = []func(a, b candidate) int{
	func(a, b candidate) int { return cmp.Compare(b.free.MemoryMiB, a.free.MemoryMiB) },
	func(a, b candidate) int { return cmp.Compare(b.free.CPUs, a.free.CPUs) },
	func(a, b candidate) int { return cmp.Compare(a.ID, b.ID) },
}

// PlaceSystem chooses a host for a system, records it, and returns it. A system already placed keeps its host.
// Exhausted, with a reason for each host, when none fits. Racing calls are served one after another.
func (s *Store) PlaceSystem(ctx context.Context, systemID string) (string, error) {
	on := subject{resourceSystem, systemID}
	if !isID(systemID) {
		return "", on.missing()
	}
	return transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (string, error) {
		if err := q.LockHosts(ctx); err != nil {
			return "", err
		}
		placed, err := q.SystemToPlace(ctx, systemID)
		if err != nil || placed.HostID != nil {
			return deref(placed.HostID), err
		}
		hosts, err := candidates(ctx, q)
		if err != nil {
			return "", err
		}
		chosen, err := choose(hosts, wish{
			Resources: hawkfish.Resources{CPUs: int(placed.CPUs), MemoryMiB: placed.MemoryMiB, DiskGiB: placed.DiskGiB},
			network:   placed.Network,
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
	var why []string
	for _, c := range hosts {
		if reason := refusal(c, w); reason != "" {
			why = append(why, c.ID+" "+reason)
			continue
		}
		fit = append(fit, c)
	}
	if len(fit) == 0 {
		message := "no host fits: " + strings.Join(why, "; ")
		if len(hosts) == 0 {
			message = "no host fits: there is none"
		}
		return "", &hawkfish.Error{Kind: hawkfish.Exhausted, Resource: resourceHost, Message: message}
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

// refusal says why a host does not serve a wish; empty: it does.
func refusal(c candidate, w wish) string {
	for _, require := range requirements {
		if reason := require(c, w); reason != "" {
			return reason
		}
	}
	return ""
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

func unless(met bool, reason string, args ...any) string {
	if met {
		return ""
	}
	return fmt.Sprintf(reason, args...)
}
