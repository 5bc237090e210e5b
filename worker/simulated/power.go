package simulated

import (
	"cmp"
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Start boots a guest that is off.
func (h *Hypervisor) Start(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return change(ctx, h, MethodStart, systemID, domain(systemID, func(s *system) error {
		switch {
		case s.On:
			return nil
		case s.Disk == nil:
			return conflict(systemID, "the system has no boot disk")
		case h.used.MemoryMiB+s.Guest.MemoryMiB > h.facts.Capacity.MemoryMiB:
			return exhausted("memory")
		}
		if s.Saved > 0 {
			s.wake()
			return nil
		}
		s.On, s.MemoryMiB, s.Serial = true, s.Guest.MemoryMiB, nil
		h.boot(s, schemas.LastResetCausesManagementCommand)
		return nil
	}))
}

// Stop pulls the plug.
func (h *Hypervisor) Stop(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return change(ctx, h, MethodStop, systemID, domain(systemID, func(s *system) error {
		switch {
		case s.On:
			h.halt(s, h.now(), hawkfish.CauseForcedOff)
		case s.Saved > 0:
			s.Saved, s.Cause = 0, hawkfish.CauseForcedOff
		}
		return nil
	}))
}

// PressPowerButton asks the guest to shut down; it obeys as Behaviour says.
func (h *Hypervisor) PressPowerButton(ctx context.Context, systemID string) error {
	_, err := change(ctx, h, MethodPressPowerButton, systemID, domain(systemID, func(s *system) error {
		if !s.On || !s.OffAt.IsZero() {
			return nil
		}
		now := h.now()
		s.note(now, markButton)
		if s.Deaf || s.Paused || !s.bootable() {
			return nil
		}
		ready := s.LastReset.Add(h.guests.Boot)
		if ready.Before(now) {
			ready = now
		}
		s.OffAt = ready.Add(h.guests.Shutdown)
		return nil
	}))
	return err
}

// Reset presses the reset button.
func (h *Hypervisor) Reset(ctx context.Context, systemID, op string) (hawkfish.Observation, error) {
	return change(ctx, h, MethodReset, systemID, domain(systemID, func(s *system) error {
		switch {
		case s.ResetOp == op:
		case !s.On:
			return conflict(systemID, "the guest is off")
		default:
			s.ResetOp = op
			h.boot(s, schemas.LastResetCausesManagementCommand)
		}
		return nil
	}))
}

// InjectNMI sends a non-maskable interrupt, which the guest notes on its serial port.
func (h *Hypervisor) InjectNMI(ctx context.Context, systemID, op string) error {
	_, err := change(ctx, h, MethodInjectNMI, systemID, domain(systemID, func(s *system) error {
		switch {
		case s.NMIOp == op:
		case !s.On:
			return conflict(systemID, "the guest is off")
		default:
			s.NMIOp = op
			s.NMIs++
			s.note(h.now(), markNMI)
		}
		return nil
	}))
	return err
}

// boot lets the guest begin anew; one that is paused waits before its first instruction. The caller holds mu.
func (h *Hypervisor) boot(s *system, why schemas.LastResetCauses) {
	s.LastReset, s.ResetCause = h.now(), why
	if !s.Paused {
		s.Cause = ""
	}
	s.OffAt = time.Time{}
	s.Source, s.Generation = s.next(), s.Guest.Machine.Generation
	s.MemoryMiB, s.Room = s.Guest.MemoryMiB, room{CPUs: 2 * s.Guest.CPUs, MemoryMiB: s.Guest.MemoryMiB}
	s.CPUs, s.NICs, s.Rest = s.Guest.CPUs, s.Guest.Machine.NICs, rest(s.Guest)
	s.note(s.LastReset, markBoot)
}

// next is what the guest boots from now. An override that holds once is consumed.
func (s *system) next() schemas.BootSource {
	boot := s.Guest.Machine.Boot
	o := boot.Override
	once := o.Enabled == schemas.BootSourceOverrideEnabledOnce
	if !o.Active() || once && s.Booted == o.Serial {
		return cmp.Or(boot.Primary, schemas.BootSourceHdd)
	}
	if once {
		s.Booted = o.Serial
	}
	return o.Target
}

// halt switches the guest off. The caller holds mu.
func (h *Hypervisor) halt(s *system, at time.Time, why hawkfish.PowerCause) {
	s.On, s.Paused, s.MemoryMiB, s.OffAt, s.Cause = false, false, 0, time.Time{}, why
	s.note(at, markOff)
}
