package simulated

import (
	"context"
	"errors"
	"slices"

	"github.com/projectbeskar/hawkfish"
)

// OfferMigration looks whether a guest can leave.
func (h *Hypervisor) OfferMigration(ctx context.Context, p hawkfish.Passage) (hawkfish.Departing, error) {
	from := hawkfish.Departing{Token: p.ID, Folder: "/simulated"}
	_, err := change(ctx, h, MethodOfferMigration, p.Guest.ID, domain(p.Guest.ID, func(s *system) error {
		switch {
		case s.Foreign != nil:
			return &hawkfish.Error{Kind: hawkfish.Unsupported, Resource: "ComputerSystem", ID: p.Guest.ID, Message: "an adopted system is not brought to another host: its files are not HawkFish's"}
		case s.Saved > 0:
			return conflict(p.Guest.ID, "the guest's memory is saved on its host; start it, or switch it off")
		}
		s.Offered = p.ID
		from.Media = s.loaded() // a medium is the same file everywhere
		return nil
	}))
	return from, err
}

// PrepareMigration makes place for a guest.
func (h *Hypervisor) PrepareMigration(ctx context.Context, p hawkfish.Passage, from hawkfish.Departing) (hawkfish.Landing, error) {
	to := hawkfish.Landing{URI: peerScheme + h.name, Shared: h.peers.isShared(), Media: from.Media}
	_, err := change(ctx, h, MethodPrepareMigration, p.Guest.ID, func(s *system) error {
		if s.Defined && s.On {
			return nil
		}
		if err := h.refuses(s, p, to); err != nil {
			return err
		}
		_, cached := h.images[p.Guest.Image.SHA256]
		to.NeedsImage = p.Guest.Image.SHA256 != "" && !cached && !to.Shared
		for slot, digest := range from.Media {
			if m, ok := h.media[digest]; ok {
				m.used = h.now() // that it is not swept
				h.media[digest] = m
			} else {
				to.NeedsMedia = append(to.NeedsMedia, slot)
			}
		}
		slices.Sort(to.NeedsMedia)
		if !to.Ready() || to.Shared {
			return nil
		}
		*s = system{Landing: p.ID, Disk: &disk{Image: shared(p.Guest.Image.SHA256), SizeGiB: p.Guest.DiskGiB}}
		return nil
	})
	return to, err
}

// refuses says all that keeps a guest from coming.
func (h *Hypervisor) refuses(s *system, p hawkfish.Passage, to hawkfish.Landing) error {
	var faults []error
	object := func(is bool, kind hawkfish.Kind, why string) {
		if is {
			faults = append(faults, &hawkfish.Error{Kind: kind, Resource: "Host", ID: p.To, Message: "host " + p.To + ": " + why})
		}
	}
	object(h.peers == nil, hawkfish.Unsupported, "no other host reaches it")
	object(p.CopyStorage != nil && *p.CopyStorage && to.Shared, hawkfish.Conflict, "the disk cannot be copied: both hosts have it")
	object(p.CopyStorage != nil && !*p.CopyStorage && !to.Shared, hawkfish.Conflict, "the disk has to be copied: this host does not reach it")
	for _, nic := range p.Guest.NICs() {
		object(!slices.Contains(h.facts.Networks, nic.Network), hawkfish.Conflict, "it has no active network "+nic.Network)
	}
	owner, named := h.named[p.Guest.Name]
	object(named && owner != p.Guest.ID, hawkfish.Exists, "another domain on it has the name "+p.Guest.Name)
	object(!to.Shared && s.Disk != nil && s.Landing == "", hawkfish.Conflict, "it has a disk of the system that no migration has put there")
	object(h.used.MemoryMiB+p.Guest.MemoryMiB > h.facts.Capacity.MemoryMiB, hawkfish.Exhausted, "it is out of memory")
	return errors.Join(faults...)
}

// MigrationState says what the host has of a system.
func (h *Hypervisor) MigrationState(ctx context.Context, systemID string) (hawkfish.Standing, error) {
	return call(ctx, h, MethodMigrationState, func() (hawkfish.Standing, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return hawkfish.StandsUnknown, errClosed
		}
		return h.systems[systemID].stands(), nil
	})
}

func (s *system) stands() hawkfish.Standing {
	switch {
	case s == nil || !s.Defined:
		return hawkfish.StandsNowhere
	case s.Sending != nil:
		return hawkfish.StandsSending
	case s.On:
		return hawkfish.StandsHere
	}
	return hawkfish.StandsOff
}

// SettleMigration makes a guest that has come one of the host's own.
func (h *Hypervisor) SettleMigration(ctx context.Context, p hawkfish.Passage) (hawkfish.Arrival, error) {
	var result hawkfish.MigrationResult
	seen, err := change(ctx, h, MethodSettleMigration, p.Guest.ID, domain(p.Guest.ID, func(s *system) error {
		s.Landing = ""
		if s.On {
			result = hawkfish.MigrationResult{Total: h.guests.Transfer, MemoryBytes: s.MemoryMiB << 20}
		}
		return nil
	}))
	return hawkfish.Arrival{Seen: seen, Result: result}, err
}

// CleanMigration removes what a migration has put here.
func (h *Hypervisor) CleanMigration(ctx context.Context, systemID string) error {
	_, err := change(ctx, h, MethodCleanMigration, systemID, func(s *system) error {
		if s.Defined && s.On {
			return conflict(systemID, "the guest is here: nothing of it is removed")
		}
		kept := system{Disk: s.Disk, Serial: s.Serial}
		if s.Landing != "" {
			kept = system{}
		}
		*s = kept
		return nil
	})
	return err
}

// ForgetMigrated removes what is left of a guest that has gone.
func (h *Hypervisor) ForgetMigrated(ctx context.Context, systemID string, shared bool) error {
	_, err := change(ctx, h, MethodForgetMigrated, systemID, func(s *system) error {
		*s = system{}
		return nil
	})
	return err
}
