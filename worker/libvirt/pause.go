package libvirt

import (
	"context"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Pause holds a guest's processors (virDomainSuspend).
func (h *Host) Pause(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return h.withGuest(ctx, systemID, func(g guest) (hawkfish.Observation, error) {
		switch {
		case !g.isOn():
			return hawkfish.Observation{}, errOff
		case g.IsPaused():
			return g.Observation, nil
		}
		return h.did(g, g.c.DomainSuspend(g.Domain), hawkfish.Observation.IsPaused)
	})
}

// Resume lets a guest go on (virDomainResume), or wakes it (virDomainPMWakeup).
func (h *Host) Resume(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	goesOn := func(o hawkfish.Observation) bool { return hawkfish.IsOn(o.Power) && !o.IsPaused() }
	return h.withGuest(ctx, systemID, func(g guest) (hawkfish.Observation, error) {
		switch {
		case !g.isOn():
			return hawkfish.Observation{}, errOff
		case !g.IsPaused():
			return g.Observation, nil
		case g.Cause == hawkfish.CausePanicked:
			return hawkfish.Observation{}, &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the guest has panicked and cannot go on"}
		case g.Cause == hawkfish.CauseSleeping:
			return h.did(g, g.c.DomainPmWakeup(g.Domain, 0), goesOn)
		}
		return h.did(g, g.c.DomainResume(g.Domain), goesOn)
	})
}

// savingPace is the slowest at which a host may write a guest's memory, in MiB a second.
const savingPace = 20

// Suspend saves a guest's memory and switches it off (virDomainManagedSave). When the connection is lost meanwhile
// libvirtd goes on with it.
func (h *Host) Suspend(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	id, err := parseID(systemID)
	if err != nil {
		return hawkfish.Observation{}, err
	}
	memoryKiB, err := ask(ctx, h, func(c *conn) (uint64, error) {
		g, err := h.look(c, id)
		if err != nil {
			return 0, err
		}
		_, _, memory, _, _, err := c.DomainGetInfo(g.Domain)
		return memory, err
	})
	if err != nil {
		_, err = about(systemID, 0, err)
		return hawkfish.Observation{}, err
	}
	limit := h.cfg.SlowDeadline + time.Duration(memoryKiB>>10)*time.Second/savingPace
	o, err := call(ctx, h.conns, limit, func(c *conn) (hawkfish.Observation, error) {
		g, err := h.look(c, id)
		if err != nil || !g.isOn() {
			return g.Observation, err
		}
		if err := g.power.take(c); err != nil {
			return hawkfish.Observation{}, err
		}
		defer g.power.give()
		if err := h.stay(g); err != nil {
			return hawkfish.Observation{}, err
		}
		return h.did(g, c.DomainManagedSave(g.Domain, 0), func(o hawkfish.Observation) bool { return !hawkfish.IsOn(o.Power) })
	})
	return about(systemID, o, err)
}

// wake lets a guest go on whose memory has been saved. Its run is the one that was suspended, and so is its date.
func (h *Host) wake(ctx context.Context, g guest, err error) error {
	if err == nil {
		_, err = g.c.DomainCreateWithFlags(g.Domain, 0)
	}
	if err == nil { // it has woken with the mark it was suspended with
		h.registry.change(g.record, func(m *mark) { m.Cycle, m.On = "", m.Restore == schemas.PowerRestorePolicyTypesLastState })
		err = h.save(g.c, g.Domain, g.record)
	}
	if err == nil {
		err = h.arm(ctx, g)
	}
	_, err = h.did(g, err, func(o hawkfish.Observation) bool { return hawkfish.IsOn(o.Power) })
	return err
}

// forgetSaved removes what Suspend has saved of a guest that is off.
func (h *Host) forgetSaved(g guest) error {
	saved, err := g.c.DomainHasManagedSaveImage(g.Domain, 0)
	if err != nil || saved == 0 {
		return err
	}
	return g.c.DomainManagedSaveRemove(g.Domain, 0)
}

// did looks at a guest after something has been done to it. That it failed because it was so already is success.
func (h *Host) did(g guest, err error, wanted func(hawkfish.Observation) bool) (hawkfish.Observation, error) {
	if err != nil && !isCode(err, golibvirt.ErrOperationInvalid) {
		return hawkfish.Observation{}, err
	}
	o, look := h.again(g)
	switch {
	case look != nil:
		return hawkfish.Observation{}, look
	case err != nil && !wanted(o):
		return hawkfish.Observation{}, err
	}
	return o, nil
}
