package simulated

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// AddForeign gives the host a domain that is not HawkFish's, as if somebody had made it by hand. Exists when its name or its ID is taken.
func (h *Hypervisor) AddForeign(f hawkfish.Foreign) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return errClosed
	}
	if h.systems[f.ID] != nil || h.named[f.Name] != "" {
		return hawkfish.Taken("ComputerSystem", "/Name", f.Name)
	}
	s := system{
		Foreign: &f, Disk: &disk{SizeGiB: f.DiskGiB()}, On: hawkfish.IsOn(f.Power),
		Guest: hawkfish.Guest{
			ID: f.ID, Name: f.Name, CPUs: f.CPUs, MemoryMiB: f.MemoryMiB, DiskGiB: f.DiskGiB(),
			Network: f.First().Source, MAC: f.First().MAC, Machine: f.Machine.Clone(),
		},
	}
	if s.On {
		h.boot(&s, "")
	}
	return h.put(f.ID, s)
}

// RemoveForeign takes a domain away that is not HawkFish's, or is not any more.
func (h *Hypervisor) RemoveForeign(id string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.systems[id]; s == nil || s.Foreign == nil {
		return nil
	}
	return h.put(id, system{})
}

// Stranger describes a domain as somebody may have made it by hand.
func Stranger(name string, on bool) hawkfish.Foreign {
	id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("simulated/"+name))
	f := hawkfish.Foreign{
		ID: id.String(), Name: name, Power: schemas.PowerStateOff, Autostart: on, CPUs: 2, MemoryMiB: 1024,
		Disks: []hawkfish.ForeignDisk{
			{Target: "vda", Bus: "virtio", Device: "disk", Source: "/srv/" + name + ".qcow2", Bytes: 20 * gib}, {Target: "sda", Bus: "sata", Device: "cdrom"},
		},
		Interfaces: []hawkfish.ForeignInterface{{
			MAC: fmt.Sprintf("52:54:00:%02x:%02x:%02x", id[0], id[1], id[2]), Model: "virtio", Kind: "network", Source: "default",
		}},
		Machine: hawkfish.Machine{
			Firmware: schemas.BootSourceOverrideModeLegacy,
			Boot:     hawkfish.Boot{Primary: schemas.BootSourceHdd, Order: []string{"Boot0001"}},
		},
	}
	if on {
		f.Power = schemas.PowerStateOn
	}
	f.Machine.Adopted = &hawkfish.Adopted{Domain: name, Boot: f.Machine.Boot, Sources: []schemas.BootSource{schemas.BootSourceHdd}}
	return f
}

// Foreign lists the domains that are not HawkFish's.
func (h *Hypervisor) Foreign(ctx context.Context, projectID string) ([]hawkfish.Foreign, error) {
	return call(ctx, h, MethodForeign, func() ([]hawkfish.Foreign, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return nil, errClosed
		}
		var all []hawkfish.Foreign
		for _, s := range h.systems {
			if s.Foreign != nil && !s.Defined {
				all = append(all, s.foreign(projectID))
			}
		}
		slices.SortFunc(all, func(a, b hawkfish.Foreign) int { return cmp.Compare(a.Name, b.Name) })
		return all, nil
	})
}

// foreign describes the domain as it is now.
func (s *system) foreign(projectID string) hawkfish.Foreign {
	f := *s.Foreign
	f.Power, f.CPUs, f.MemoryMiB = s.power(), s.Guest.CPUs, s.Guest.MemoryMiB
	f.Mark = fmt.Sprintf("<simulated project=%q adopted=%q/>", projectID, f.Name)
	return f
}

// Adopt makes a domain a system.
func (h *Hypervisor) Adopt(ctx context.Context, a hawkfish.Adoption) (hawkfish.Observation, error) {
	id := a.Seen.ID
	return change(ctx, h, MethodAdopt, id, func(s *system) error {
		switch {
		case s.Defined && s.Foreign != nil && s.Guest.ProjectID == a.ProjectID:
			return nil
		case s.Defined:
			return conflict(id, "the domain is a system already")
		case s.Foreign == nil:
			return hawkfish.Missing("ComputerSystem", id)
		case len(s.Foreign.Obstacles) > 0:
			return conflict(id, "it cannot be adopted")
		case !s.foreign(a.ProjectID).Same(a.Seen):
			return conflict(id, "the domain has been changed since it was looked at; look again")
		}
		s.Defined, s.Guest.ProjectID = true, shared(a.ProjectID)
		s.Rest = rest(s.Guest)
		return nil
	})
}

// Release makes an adopted system a domain that is not HawkFish's.
func (h *Hypervisor) Release(ctx context.Context, systemID string) error {
	_, err := change(ctx, h, MethodRelease, systemID, func(s *system) error {
		switch {
		case !s.Defined:
			return nil
		case s.Foreign == nil:
			return conflict(systemID, "HawkFish has made the system, and has nothing to give back")
		case s.Saved > 0:
			return conflict(systemID, "the guest's memory is saved; start it first")
		}
		for _, drive := range s.Guest.Machine.Media {
			if drive.Inserted() {
				return conflict(systemID, "a medium is inserted; eject it first")
			}
		}
		s.Defined, s.Guest.ProjectID = false, ""
		return nil
	})
	return err
}

// mustBeMade fails for what HawkFish has not made, and removes nothing of.
func (s *system) mustBeMade(id string) error {
	if s.Foreign != nil {
		return conflict(id, "the system is adopted: it is released, and never removed")
	}
	return nil
}

// TheirsAlone is what there is of a domain that is not HawkFish's, or was not, and of its run.
func (h *Hypervisor) TheirsAlone(id string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.systems[id]
	if s == nil || s.Foreign == nil {
		return ""
	}
	return fmt.Sprintf("%s %d %d %t %s", s.Guest.Name, s.Guest.CPUs, s.Guest.MemoryMiB, s.On, s.LastReset)
}
