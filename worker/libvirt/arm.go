package libvirt

import (
	"context"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
)

// A guest that restarts itself only resets its QEMU, and what only a start from off can give it would wait for ever. So,
// while something waits, its reboot ends the QEMU (virDomainSetLifecycleAction), and the host starts the guest anew. Whether
// it was a reboot that has ended the guest is told by QEMU's event alone, and libvirt keeps it nowhere.

// byItself is the operation of a restart that the guest has asked for.
const byItself = "guest"

// shutdownReasons are those of QEMU's event SHUTDOWN that mean a reboot (QEMU, qapi/run-state.json, ShutdownCause).
var shutdownReasons = map[string]bool{"guest-reset": true, "host-qmp-system-reset": true}

// rebootActions are what a definition can say of its guest's reboots (on_reboot); most say restart.
var rebootActions = map[string]golibvirt.DomainLifecycleAction{
	"destroy": golibvirt.DomainLifecycleActionDestroy, "preserve": golibvirt.DomainLifecycleActionPreserve,
	"restart": golibvirt.DomainLifecycleActionRestart, "": golibvirt.DomainLifecycleActionRestart,
}

// reasonDelay is how late QEMU's reason may come after libvirt's event.
const reasonDelay = time.Second

// arm brings what becomes of a guest's reboot in line with what waits for its next boot.
func (h *Host) arm(ctx context.Context, g guest) error {
	m, _ := h.registry.read(g.record)
	needs, action := m.needsBoot(), golibvirt.DomainLifecycleActionRestart
	if m.Adopted != "" && !needs {
		d, err := describeDomain(g.c, g.Domain, golibvirt.DomainXMLInactive)
		if err != nil {
			return err
		}
		action = rebootActions[d.OnReboot]
	}
	if needs {
		action = golibvirt.DomainLifecycleActionDestroy
		h.feed.listenTo(ctx, g.Domain)
	}
	if m.Armed != needs {
		h.registry.change(g.record, func(m *mark) { m.Armed = needs })
		if err := h.save(g.c, g.Domain, g.record); err != nil {
			return err
		}
	} else if !needs {
		return nil
	}
	err := g.c.DomainSetLifecycleAction(g.Domain, uint32(golibvirt.DomainLifecycleReboot), uint32(action), golibvirt.DomainAffectLive)
	if isCode(err, golibvirt.ErrOperationInvalid) { // it does not run any more
		err = nil
	}
	return err
}

// revive starts a guest anew that is off because it has to be: a restart was under way, or it has rebooted itself.
func (h *Host) revive(ctx context.Context, c *conn, id golibvirt.UUID) error {
	g, err := h.look(c, id)
	if err != nil {
		return err
	}
	if err := g.power.take(c); err != nil {
		return err
	}
	defer g.power.give()
	if g, err = h.look(c, id); err != nil || g.isOn() { // it may have been done meanwhile
		return err
	}
	m, _ := h.registry.read(g.record)
	if m.Cycle == "" && m.Armed && h.rebooted(ctx, g, m) {
		m.Cycle = byItself
		h.registry.change(g.record, func(m *mark) { m.Cycle = byItself })
		if err := h.save(c, g.Domain, g.record); err != nil {
			return err
		}
	}
	if m.Cycle == "" {
		return h.stay(g)
	}
	if err = h.start(ctx, g); err != nil && isHopeless(err) {
		h.log.Warn("a guest cannot be started anew", "system", g.id, "error", err)
		err = h.stay(g)
	}
	return err
}

// unsettled reports whether a guest is off that may have to be started anew.
func (h *Host) unsettled(g guest) bool {
	m, _ := h.registry.read(g.record)
	return !g.isOn() && (m.Cycle != "" || m.Armed && g.ended)
}

// rebooted reports whether a guest that was armed is off because it has rebooted. Where nobody has heard QEMU's reason, because
// the worker was not there, a guest that has ended by itself has rebooted, unless its power button was pressed.
func (h *Host) rebooted(ctx context.Context, g guest, m mark) bool {
	wait := time.NewTimer(reasonDelay)
	defer wait.Stop()
	for listening := h.feed.isListening(g.UUID); listening; {
		if reason := h.registry.shutdown(g.record); reason != "" {
			return shutdownReasons[reason]
		}
		select {
		case <-wait.C:
			listening = false
		case <-ctx.Done():
			listening = false
		case <-time.After(10 * time.Millisecond):
		}
	}
	return g.ended && !m.Button
}
