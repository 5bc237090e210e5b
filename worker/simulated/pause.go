package simulated

import (
	"context"

	"github.com/projectbeskar/hawkfish"
)

// Pause holds a guest's processors.
func (h *Hypervisor) Pause(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return change(ctx, h, MethodPause, systemID, domain(systemID, func(s *system) error {
		switch {
		case !s.On:
			return conflict(systemID, "the guest is off")
		case !s.Paused:
			s.Paused, s.Cause = true, hawkfish.CausePaused
		}
		return nil
	}))
}

// Resume lets a guest go on. It obeys its power button only now when that was pressed before it was paused.
func (h *Hypervisor) Resume(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return change(ctx, h, MethodResume, systemID, domain(systemID, func(s *system) error {
		switch {
		case !s.On:
			return conflict(systemID, "the guest is off")
		case s.Paused:
			s.Paused, s.Cause = false, ""
			if !s.OffAt.IsZero() {
				s.OffAt = h.now().Add(h.guests.Shutdown)
			}
		}
		return nil
	}))
}

// Suspend saves a guest's memory and switches it off.
func (h *Hypervisor) Suspend(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return change(ctx, h, MethodSuspend, systemID, domain(systemID, func(s *system) error {
		if s.On {
			s.Saved = s.MemoryMiB
			s.On, s.Paused, s.MemoryMiB, s.Cause = false, false, 0, hawkfish.CauseSuspended
		}
		return nil
	}))
}

// wake lets a guest go on whose memory was saved: its run is the one that was suspended.
func (s *system) wake() {
	s.On, s.MemoryMiB, s.Saved, s.Cause = true, s.Saved, 0, ""
}

// standing is why a guest's power is what it is.
func (s *system) standing() (why struct {
	paused bool
	cause  hawkfish.PowerCause
}) {
	if s != nil {
		why.paused, why.cause = s.Paused, s.Cause
	}
	return why
}
