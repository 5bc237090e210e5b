package simulated

import (
	"context"
	"reflect"
	"strconv"

	"github.com/projectbeskar/hawkfish"
)

const gib = int64(1) << 30

// CreateDisk makes a system's boot disk.
func (h *Hypervisor) CreateDisk(ctx context.Context, g hawkfish.Guest) error {
	_, err := change(ctx, h, MethodCreateDisk, g.ID, func(s *system) error {
		if s.Disk != nil {
			return nil
		}
		size := strconv.FormatInt(g.DiskGiB, 10)
		if g.DiskGiB < 1 {
			return hawkfish.Refused("/DiskGiB", size, "a disk has at least 1 GiB")
		}
		if g.Image != (hawkfish.ImageSource{}) {
			image, ok := h.images[g.Image.SHA256]
			if !ok {
				return hawkfish.Missing("Image", g.Image.SHA256)
			}
			if image.VirtualBytes > g.DiskGiB*gib {
				return hawkfish.Refused("/DiskGiB", size, "the image is larger than the disk")
			}
		}
		if h.used.DiskGiB+g.DiskGiB > h.facts.Capacity.DiskGiB {
			return exhausted("disk space")
		}
		s.Disk = &disk{Image: shared(g.Image.SHA256), SizeGiB: g.DiskGiB}
		return nil
	})
	return err
}

// DeleteDisks removes the system's disk and serial log.
func (h *Hypervisor) DeleteDisks(ctx context.Context, systemID string) error {
	_, err := change(ctx, h, MethodDeleteDisks, systemID, func(s *system) error {
		if err := s.mustBeMade(systemID); err != nil {
			return err
		}
		if s.On {
			return conflict(systemID, "the guest runs")
		}
		s.Disk, s.Serial = nil, nil
		return nil
	})
	return err
}

// Define makes or replaces the system's domain.
func (h *Hypervisor) Define(ctx context.Context, g hawkfish.Guest) error {
	_, err := change(ctx, h, MethodDefine, g.ID, func(s *system) error {
		if g.CPUs < 1 {
			return hawkfish.Refused("/CPUs", strconv.Itoa(g.CPUs), "a system has at least one CPU")
		}
		if g.MemoryMiB < 1 {
			return hawkfish.Refused("/MemoryMiB", strconv.FormatInt(g.MemoryMiB, 10), "a system has memory")
		}
		switch adopted := g.Machine.Adopted != nil; {
		case adopted && !s.Defined:
			return hawkfish.Missing("ComputerSystem", g.ID)
		case adopted != (s.Foreign != nil):
			return conflict(g.ID, "the domain is not what it is taken for: adopted, or made")
		case adopted:
			g.Name = s.Foreign.Name // on its host it keeps it
		}
		if owner, ok := h.named[g.Name]; ok && owner != g.ID {
			return hawkfish.Taken("ComputerSystem", "/Name", g.Name)
		}
		for _, p := range []*string{&g.ProjectID, &g.Network, &g.Image.URL, &g.Image.SHA256, &g.AssetTag} {
			*p = shared(*p)
		}
		if !s.Defined {
			s.Deaf = h.roll(h.guests.Deaf)
		}
		g, err := h.takeMedia(s, g)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(s.Guest, g) {
			s.Changes++
		}
		s.Defined, s.Guest = true, g
		return nil
	})
	return err
}

// Configure is Define, and gives a guest that runs what it can have. The rest counts from the next boot on.
func (h *Hypervisor) Configure(ctx context.Context, g hawkfish.Guest) (hawkfish.Observation, error) {
	if err := h.Define(ctx, g); err != nil {
		return hawkfish.Observation{}, err
	}
	return change(ctx, h, MethodConfigure, g.ID, domain(g.ID, func(s *system) error { s.give(); return nil }))
}

// Undefine removes the system's domain.
func (h *Hypervisor) Undefine(ctx context.Context, systemID string) error {
	_, err := change(ctx, h, MethodUndefine, systemID, func(s *system) error {
		if err := s.mustBeMade(systemID); err != nil {
			return err
		}
		if s.On {
			return conflict(systemID, "the guest runs")
		}
		// What belongs to the domain goes with it; the disk and the serial log stay.
		*s = system{Disk: s.Disk, Serial: s.Serial}
		return nil
	})
	return err
}
