package simulated

import (
	"context"

	"github.com/projectbeskar/hawkfish"
)

// Forget removes the domain of a system that is elsewhere by now; its disk stays.
func (h *Hypervisor) Forget(ctx context.Context, systemID string) error {
	_, err := change(ctx, h, MethodForget, systemID, func(s *system) error {
		*s = system{Disk: s.Disk, Serial: s.Serial}
		return nil
	})
	return err
}

// HasDisk reports whether the system's disk is on the host.
func (h *Hypervisor) HasDisk(ctx context.Context, g hawkfish.Guest) (bool, error) {
	var has bool
	_, err := change(ctx, h, MethodHasDisk, g.ID, func(s *system) error { has = s.Disk != nil; return nil })
	return has, err
}
