package simulated

import (
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// plan sees to it that what a guest will do by itself happens. It may be called
// again for the same run. The caller holds mu.
func (h *Hypervisor) plan(id string) {
	s := h.systems[id]
	if s == nil {
		return
	}
	h.planTransfer(id, s)
	if !s.On {
		return
	}
	run := s.LastReset
	if !s.OffAt.IsZero() && !s.planned.off.Equal(s.OffAt) {
		s.planned.off = s.OffAt
		h.after(time.Until(s.OffAt), id, run, h.shutdown)
	}
	if s.planned.run.Equal(run) {
		return
	}
	s.planned.run = run
	if mean := h.guests.PowerOffEvery; mean > 0 {
		h.after(h.wait(mean), id, run, h.shutdown)
	}
	if mean := h.guests.RebootEvery; mean > 0 {
		h.after(h.wait(mean), id, run, h.reboot)
	}
}

// after lets a guest do something by itself, if the same run of it still goes on then.
func (h *Hypervisor) after(d time.Duration, id string, run time.Time, do func(*system, time.Time)) {
	time.AfterFunc(max(d, 0), func() {
		_ = h.act(id, func(s *system) bool { return s.LastReset.Equal(run) }, do)
	})
}

// act changes a guest that runs from within. NotFound when there is none.
func (h *Hypervisor) act(id string, still func(*system) bool, do func(*system, time.Time)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.systems[id]
	if h.closed || old == nil || !old.On || old.Paused || !still(old) {
		return hawkfish.Missing("ComputerSystem", id)
	}
	next := *old
	do(&next, h.now())
	if err := h.put(id, next); err != nil {
		return err
	}
	h.plan(id)
	return nil
}

func always(*system) bool { return true }

func (h *Hypervisor) shutdown(s *system, at time.Time) { h.halt(s, at, hawkfish.CauseShutdown) }

func (h *Hypervisor) reboot(s *system, _ time.Time) { h.boot(s, schemas.LastResetCausesOSSoftRestart) }

// Die ends a guest that runs as if its QEMU had been killed. NotFound when there is none.
func (h *Hypervisor) Die(systemID string) error {
	return h.act(systemID, always, func(s *system, at time.Time) { h.halt(s, at, hawkfish.CauseCrashed) })
}

// PowerCut ends all guests, as when the host has lost its power, and starts those whose policy says so, as when the host
// has been started again.
func (h *Hypervisor) PowerCut() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, s := range h.systems {
		policy, ran := s.Guest.Machine.PowerRestore, s.On
		next := *s
		if ran {
			h.halt(&next, h.now(), "")
		}
		starts := policy == schemas.PowerRestorePolicyTypesAlwaysOn || policy == schemas.PowerRestorePolicyTypesLastState && ran
		switch {
		case !starts || !s.Defined:
		case s.Saved > 0:
			next.wake()
		default:
			next.On, next.MemoryMiB, next.Serial = true, s.Guest.MemoryMiB, nil
			h.boot(&next, schemas.LastResetCausesPowerRestorePolicy)
		}
		if err := h.put(id, next); err != nil {
			return err
		}
		h.plan(id)
	}
	return nil
}

// FailDisk lets a guest that runs meet a disk that is full, which pauses it. NotFound when there is none.
func (h *Hypervisor) FailDisk(systemID string) error {
	return h.act(systemID, always, func(s *system, _ time.Time) { s.Paused, s.Cause = true, hawkfish.CauseIOError })
}

// PowerOff lets a guest that runs switch itself off. NotFound when there is none.
func (h *Hypervisor) PowerOff(systemID string) error { return h.act(systemID, always, h.shutdown) }

// Reboot lets a guest that runs restart itself. NotFound when there is none.
func (h *Hypervisor) Reboot(systemID string) error {
	return h.act(systemID, always, h.reboot)
}

// IgnoreButton makes a guest that runs deaf for its power button, or lets it hear again. NotFound when there is none.
func (h *Hypervisor) IgnoreButton(systemID string, deaf bool) error {
	return h.act(systemID, always, func(s *system, _ time.Time) { s.Deaf = deaf })
}

// NMIs counts the non-maskable interrupts that a system has received since it was defined.
func (h *Hypervisor) NMIs(systemID string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.systems[systemID]; s != nil {
		return s.NMIs
	}
	return 0
}
