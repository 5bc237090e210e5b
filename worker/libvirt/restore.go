package libvirt

import (
	"os"
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// What becomes of a guest when its host has lost its power, or was restarted, is its system's to say. libvirt does not
// remember which guests ran, and starts none that it is not told to. So the mark keeps both: that the guest runs, until it is
// switched off or switches itself off, and in which run of the host that was seen. A guest that has switched itself off while
// nobody looked, and whose host then loses its power before anybody does, is taken for one that ran.

// byPolicy is the operation of a start that nobody has asked for but the system's policy.
const byPolicy = "policy"

// bootFile changes its content with every start of a Linux (random(4)).
const bootFile = "/proc/sys/kernel/random/boot_id"

// bootID names the run of the host; empty: not known.
func (h *Host) bootID() string {
	file := h.cfg.BootFile
	if file == "" && h.conns.at.network == "unix" {
		file = bootFile
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// restoring is a mark with the policy of a guest.
func (h *Host) restoring(m mark, g hawkfish.Guest, runs bool) mark {
	policy := g.Machine.PowerRestore
	if policy == schemas.PowerRestorePolicyTypesAlwaysOff {
		policy = ""
	}
	if policy == m.Restore {
		return m
	}
	m.Restore, m.On, m.HostBoot = policy, runs && policy == schemas.PowerRestorePolicyTypesLastState, ""
	if policy != "" {
		m.HostBoot = h.bootID()
	}
	return m
}

// heed sees to it, when it is new that a guest's host has been started, that the guest is started where its policy says so;
// and notes of one that runs no longer that it does not. It returns the guest's mark.
func (h *Host) heed(c *conn, dom golibvirt.Domain, rec *record, off bool) (mark, error) {
	before, _ := h.registry.read(rec)
	after := before
	if boot := h.bootID(); before.Restore != "" && boot != "" && before.HostBoot != boot {
		after.HostBoot = boot
		if off && (before.On || before.Restore == schemas.PowerRestorePolicyTypesAlwaysOn) {
			after.Cycle, after.Armed = byPolicy, false
		}
	}
	if off && after.Cycle == "" && !after.Armed {
		after.On = false
	}
	if after == before {
		return before, nil
	}
	h.registry.change(rec, func(m *mark) { m.On, m.HostBoot, m.Cycle, m.Armed = after.On, after.HostBoot, after.Cycle, after.Armed })
	return after, h.save(c, dom, rec)
}

// lapse notes of a guest that has switched itself off that it does not run. Whoever has its power now notes that himself.
func (h *Host) lapse(g guest) error {
	if m, _ := h.registry.read(g.record); !m.On || !g.power.try() {
		return nil
	}
	defer g.power.give()
	now, err := h.look(g.c, g.UUID)
	if err != nil || now.isOn() {
		return err
	}
	_, err = h.heed(g.c, g.Domain, g.record, true)
	return err
}
