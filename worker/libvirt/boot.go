package libvirt

import (
	"context"
	"errors"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// boot starts a guest that is off, from its override if it has one. The caller has the guest's power. When somebody else has
// been quicker, that is a success.
//
// An override that holds once is only in the description that the guest is started with (virDomainCreateXML of a domain that
// has a definition, which stays as it is): whatever dies, the definition never needs to be put back. That the override is
// consumed stands in the mark of that description, and so begins with the very run that has consumed it.
func (h *Host) boot(ctx context.Context, g guest) error {
	err := h.bootOnce(ctx, g)
	if isCode(err, golibvirt.ErrOperationInvalid) {
		if now, again := h.look(g.c, g.UUID); again == nil && now.isOn() {
			h.registry.forget(g.UUID) // what its run has stands in its mark
			return nil
		}
	}
	return err
}

func (h *Host) bootOnce(ctx context.Context, g guest) error {
	before, _ := h.registry.read(g.record)
	o := before.override()
	after := before.start(o)
	if before.Planted && !o.Active() {
		if err := h.weed(ctx, g); err != nil {
			return err
		}
		after.Planted = false
	}
	if !o.Active() {
		if before.Runs != after.Runs || before.RunsGeneration != after.RunsGeneration {
			h.registry.change(g.record, func(m *mark) { m.Runs, m.RunsGeneration = after.Runs, after.RunsGeneration })
			if err := h.save(g.c, g.Domain, g.record); err != nil { // the run begins with a copy of it
				return err
			}
		}
		if err := h.create(g); err != nil {
			return err
		}
	} else if err := h.createFrom(ctx, g, o, &after); err != nil {
		return err
	}
	h.registry.begin(g.record, after)
	err := h.save(g.c, g.Domain, g.record)
	if err == nil {
		err = h.arm(ctx, g)
	}
	if isCode(err, golibvirt.ErrNoDomain) {
		err = nil
	}
	return err
}

// create starts a guest as it is defined (virDomainCreateWithFlags).
func (h *Host) create(g guest) error {
	return h.dated(g, started, moment{now()}, func() error {
		_, err := g.c.DomainCreateWithFlags(g.Domain, 0)
		return err
	})
}

// createFrom starts a guest as it is defined, but for what an override changes, and notes in its mark what that leaves to be done:
// QEMU keeps the order of its devices, so that the boot that follows has to be a start from off, too.
func (h *Host) createFrom(ctx context.Context, g guest, o hawkfish.BootOverride, after *mark) error {
	d, err := defined(g.c, g.Domain, *after)
	if err != nil {
		return err
	}
	direct := bootsDirectly(d)
	bootByFirmware(d)
	if planted(o, d) {
		if err := h.plant(ctx, g, d, o); err != nil {
			return err
		}
		after.Planted = true
		if direct { // the next boot has the kernel again
			after.Runs += " " + string(o.Target)
		}
	} else if err := overridden(d, o); err != nil {
		return err
	} else {
		after.Runs += " " + string(o.Target)
	}
	doc, err := marked(d, *after)
	if err != nil {
		return err
	}
	err = h.dated(g, started, after.LastReset, func() error {
		_, err := g.c.DomainCreateXML(doc, 0)
		return err
	})
	if err != nil && g.c.isLost() {
		h.registry.forget(g.UUID) // whether it has started stands in its mark
	}
	return err
}

// describe returns a domain's definition.
func describe(c *conn, dom golibvirt.Domain) (*libvirtxml.Domain, error) {
	text, err := c.DomainGetXMLDesc(dom, golibvirt.DomainXMLInactive|golibvirt.DomainXMLSecure)
	if err != nil {
		return nil, err
	}
	d := new(libvirtxml.Domain)
	return d, d.Unmarshal(text)
}

// defined is a system's definition, to be started with a change.
func defined(c *conn, dom golibvirt.Domain, m mark) (*libvirtxml.Domain, error) {
	if m.Adopted != "" {
		return describeWhole(c, dom)
	}
	return describe(c, dom)
}

// overridden changes a description as an override says.
func overridden(d *libvirtxml.Domain, o hawkfish.BootOverride) error {
	switch o.Target {
	case schemas.BootSourceBiosSetup:
		openMenu(d)
	case schemas.BootSourceHdd, schemas.BootSourceCd, schemas.BootSourceUsb, schemas.BootSourceFloppy, schemas.BootSourcePxe:
		firstOf(d, o.Target)
	default:
		return hawkfish.Refused("/Boot/BootSourceOverrideTarget", string(o.Target), "the host cannot boot a guest from it")
	}
	return nil
}

// restart gives a guest that runs what only a start from off can give it: it is stopped and booted as one step. op names who
// has asked; it is done once, also by a worker that dies in between. The caller has the guest's power.
func (h *Host) restart(ctx context.Context, g guest, op string) error {
	h.registry.change(g.record, func(m *mark) { m.Cycle = op })
	err := h.save(g.c, g.Domain, g.record)
	if err == nil {
		err = h.destroy(g)
	}
	if err == nil {
		err = h.boot(ctx, g)
	}
	return err
}

// destroy pulls the plug (virDomainDestroyFlags).
func (h *Host) destroy(g guest) error {
	err := g.c.DomainDestroyFlags(g.Domain, golibvirt.DomainDestroyDefault)
	if isCode(err, golibvirt.ErrOperationInvalid) { // that it does not run is what was wanted
		err = nil
	}
	return err
}

// stay makes a guest that is off, or about to be, stay so, also when its host is started anew.
func (h *Host) stay(g guest) error {
	m, _ := h.registry.read(g.record)
	if !m.Armed && m.Cycle == "" && !m.On {
		return nil
	}
	h.registry.change(g.record, func(m *mark) { m.Armed, m.Cycle, m.On = false, "", false })
	err := h.save(g.c, g.Domain, g.record)
	if isCode(err, golibvirt.ErrNoDomain) {
		err = nil
	}
	return err
}

// isHopeless reports whether an error comes again when the same is tried again.
func isHopeless(err error) bool {
	e, ok := errors.AsType[*hawkfish.Error](fault(err, "", ""))
	return ok && !e.Kind.Retryable()
}
