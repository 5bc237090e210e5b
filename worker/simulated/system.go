package simulated

import (
	"context"
	"slices"
	"strings"
	"time"
	"unique"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// system is what the host has of one system. Values are replaced, never changed, but for planned.
type system struct {
	Guest   hawkfish.Guest `json:"guest"`             // as it was last defined
	Defined bool           `json:"defined,omitempty"` // there is a domain
	Changes int64          `json:"changes,omitempty"` // how often Guest has changed
	Disk    *disk          `json:"disk,omitempty"`    // nil: there is none
	// Foreign is the domain as somebody has made it who is not HawkFish; it is Defined while it is adopted.
	Foreign *hawkfish.Foreign `json:"foreign,omitempty"`

	On         bool               `json:"on,omitempty"`
	MemoryMiB  int64              `json:"memory_mib,omitempty"` // while on: as it was started
	LastReset  time.Time          `json:"last_reset,omitzero"`
	Source     schemas.BootSource `json:"source,omitempty"`     // what it last booted from
	Generation int64              `json:"generation,omitempty"` // of the machine, as it was booted
	Booted     int64              `json:"booted,omitempty"`     // the boot override consumed last
	OffAt      time.Time          `json:"off_at,omitzero"`      // when the guest will have obeyed its power button
	Ejected    []string           `json:"ejected,omitempty"`    // media that the guest has put out
	Deaf       bool               `json:"deaf,omitempty"`       // it ignores its power button
	ResetOp    string             `json:"reset_op,omitempty"`
	NMIOp      string             `json:"nmi_op,omitempty"`
	NMIs       int                `json:"nmis,omitempty"`
	Serial     []mark             `json:"serial,omitempty"`

	Paused     bool                    `json:"paused,omitempty"` // its processors are held, while on
	Saved      int64                   `json:"saved,omitempty"`  // MiB of memory that Suspend has saved; 0: none
	Cause      hawkfish.PowerCause     `json:"cause,omitempty"`
	ResetCause schemas.LastResetCauses `json:"reset_cause,omitempty"`
	CPUs       int                     `json:"cpus,omitempty"` // of the guest that runs
	NICs       []hawkfish.NIC          `json:"nics,omitempty"` // likewise, beside the first one
	Room       room                    `json:"room,omitzero"`  // what it was started with
	Rest       string                  `json:"rest,omitempty"` // digest of what only a boot can give it, as it was started

	Sending  *sending `json:"sending,omitempty"`  // nil: it is not being transferred
	Offered  string   `json:"offered,omitempty"`  // the task for which it may leave
	Landing  string   `json:"landing,omitempty"`  // the task that has made its disk, which another host fills
	Restless bool     `json:"restless,omitempty"` // its guest changes its memory faster than any transfer

	planned struct{ run, off, sent time.Time } // what has been planned already
}

type disk struct {
	Image   string `json:"image,omitempty"` // digest; empty: blank
	SizeGiB int64  `json:"size_gib"`
}

// power is the state that Redfish knows.
func (s *system) power() schemas.PowerState {
	switch {
	case s.Paused:
		return schemas.PowerStatePaused
	case s.On:
		return schemas.PowerStateOn
	}
	return schemas.PowerStateOff
}

// uses is what the system takes of the host's resources.
func (s *system) uses() (memoryMiB, diskGiB int64) {
	if s == nil {
		return 0, 0
	}
	if s.Disk != nil {
		diskGiB = s.Disk.SizeGiB
	}
	if s.On {
		memoryMiB = s.MemoryMiB
	}
	return memoryMiB, diskGiB
}

// visible is what an observation shows of a system.
type visible struct {
	defined, on        bool
	lastReset          time.Time
	booted, generation int64
	changes            int64
	ejected            string
}

func (s *system) visible() visible {
	if s == nil || !s.Defined {
		return visible{}
	}
	return visible{
		defined: true, on: s.On, lastReset: s.LastReset, booted: s.Booted, generation: s.Generation, changes: s.Changes,
		ejected: strings.Join(s.Ejected, " "),
	}
}

// put replaces a system, keeps it, and tells the watchers. The caller holds mu.
func (h *Hypervisor) put(id string, next system) error {
	old := h.systems[id]
	gone := !next.Defined && next.Disk == nil && next.Foreign == nil
	if gone && old == nil {
		return nil
	}
	if err := h.journal.system(h, id, &next, gone); err != nil {
		return err
	}
	h.install(id, &next, gone)
	if was, is := old.visible(), next.visible(); was != is || old.standing() != next.standing() {
		h.tell(h.look(id, h.now()))
	}
	return nil
}

// install puts a system into the tables. The caller holds mu.
func (h *Hypervisor) install(id string, next *system, gone bool) {
	old := h.systems[id]
	if old != nil && old.hasDomain() {
		delete(h.named, old.Guest.Name)
	}
	memory, disk := old.uses()
	h.used.MemoryMiB -= memory
	h.used.DiskGiB -= disk
	if gone {
		delete(h.systems, id)
		return
	}
	memory, disk = next.uses()
	h.used.MemoryMiB += memory
	h.used.DiskGiB += disk
	if next.hasDomain() {
		h.named[next.Guest.Name] = id
	}
	h.systems[id] = next
}

// hasDomain reports whether there is a domain, whosever it is.
func (s *system) hasDomain() bool { return s.Defined || s.Foreign != nil }

// change is the way methods change a system: edit gets a copy of what there is, the
// zero system when there is nothing, and its result is put in place.
func change(ctx context.Context, h *Hypervisor, m Method, id string, edit func(*system) error) (hawkfish.Observation, error) {
	return call(ctx, h, m, func() (hawkfish.Observation, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return hawkfish.Observation{}, errClosed
		}
		var next system
		if old := h.systems[id]; old != nil {
			next = *old
			next.Serial = slices.Clip(next.Serial)
		}
		if err := edit(&next); err != nil {
			return hawkfish.Observation{}, err
		}
		if err := h.put(id, next); err != nil {
			return hawkfish.Observation{}, err
		}
		h.plan(id)
		return h.look(id, h.now()), nil
	})
}

// domain makes edit fail for a system that has no domain.
func domain(id string, edit func(*system) error) func(*system) error {
	return func(s *system) error {
		if !s.Defined {
			return hawkfish.Missing("ComputerSystem", id)
		}
		return edit(s)
	}
}

func conflict(id, why string) error {
	return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: id, Message: why}
}

func exhausted(what string) error {
	return &hawkfish.Error{Kind: hawkfish.Exhausted, Message: "the simulated host is out of " + what}
}

// shared keeps one copy of a string that many systems have.
func shared(s string) string { return unique.Make(s).Value() }
