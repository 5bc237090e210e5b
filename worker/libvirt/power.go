package libvirt

import (
	"context"
	"errors"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// guest is a system's domain, as it was found just now.
type guest struct {
	golibvirt.Domain
	*record
	c *conn
	hawkfish.Observation
	runs  bool // it has a QEMU, whatever shall become of it
	ended bool // it has switched itself off, or restarted itself while it was armed
}

func (g guest) isOn() bool { return g.runs }

// withPower runs f for a system's domain while nobody else starts or stops its guest, and looks at it afterwards.
func (h *Host) withPower(ctx context.Context, systemID string, f func(g guest) error) (hawkfish.Observation, error) {
	return h.withGuest(ctx, systemID, func(g guest) (hawkfish.Observation, error) {
		if err := g.power.take(g.c); err != nil {
			return hawkfish.Observation{}, err
		}
		defer g.power.give()
		g, err := h.look(g.c, g.UUID)
		if err == nil {
			err = f(g)
		}
		if err != nil {
			return hawkfish.Observation{}, err
		}
		return h.again(g)
	})
}

// withGuest runs f for a system's domain. NotFound when there is none.
func (h *Host) withGuest(ctx context.Context, systemID string, f func(g guest) (hawkfish.Observation, error)) (hawkfish.Observation, error) {
	id, err := parseID(systemID)
	if err != nil {
		return hawkfish.Observation{}, err
	}
	o, err := work(ctx, h, func(c *conn) (hawkfish.Observation, error) {
		g, err := h.look(c, id)
		if err != nil {
			return hawkfish.Observation{}, err
		}
		return f(g)
	})
	return about(systemID, o, err)
}

// again looks at a guest after something has been done to it.
func (h *Host) again(g guest) (hawkfish.Observation, error) {
	now, err := h.look(g.c, g.UUID)
	return now.Observation, err
}

// Start boots a guest that is off (virDomainCreateWithFlags, virDomainCreateXML).
func (h *Host) Start(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return h.withPower(ctx, systemID, func(g guest) error {
		if g.isOn() {
			return nil
		}
		return h.start(ctx, g)
	})
}

// start boots a guest that is off, or lets it go on where it was suspended. The caller has the guest's power.
func (h *Host) start(ctx context.Context, g guest) error {
	h.tryNetwork(g.c)
	if saved, err := g.c.DomainHasManagedSaveImage(g.Domain, 0); err != nil || saved != 0 {
		return h.wake(ctx, g, err)
	}
	return h.boot(ctx, g)
}

// dated runs what starts or resets a guest, and dates it. The date stands before
// the event comes, so that nobody sees the one without the other.
func (h *Host) dated(g guest, what happening, at moment, do func() error) error {
	before, _ := h.registry.read(g.record)
	h.registry.change(g.record, func(m *mark) { m.LastReset, m.ResetCause = at, m.startCause() })
	done := h.registry.expect(g.record, what, h.cfg.SlowDeadline)
	defer done()
	err := do()
	if err != nil {
		h.registry.change(g.record, func(m *mark) { m.LastReset, m.ResetCause = before.LastReset, before.ResetCause })
	}
	return err
}

// Stop pulls the plug (virDomainDestroyFlags).
func (h *Host) Stop(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return h.withPower(ctx, systemID, func(g guest) error {
		if err := h.stay(g); err != nil {
			return err
		}
		if !g.isOn() {
			return h.forgetSaved(g)
		}
		return h.destroy(g)
	})
}

// PressPowerButton sends the ACPI event (virDomainShutdownFlags).
func (h *Host) PressPowerButton(ctx context.Context, systemID string) error {
	_, err := h.withGuest(ctx, systemID, func(g guest) (hawkfish.Observation, error) {
		if !g.isOn() {
			return g.Observation, nil
		}
		if err := h.noteButton(g); err != nil {
			return hawkfish.Observation{}, err
		}
		err := g.c.DomainShutdownFlags(g.Domain, golibvirt.DomainShutdownAcpiPowerBtn)
		if isCode(err, golibvirt.ErrOperationInvalid) {
			if o, again := h.again(g); again == nil && !hawkfish.IsOn(o.Power) {
				return o, nil // it went off by itself
			}
		}
		return g.Observation, err
	})
	return err
}

// Reset presses the reset button (virDomainReset), or does more when only that gives the guest what waits for its next boot. The
// operation is marked when it has been done: a worker that dies in between does it once more, rather than never.
func (h *Host) Reset(ctx context.Context, systemID, op string) (hawkfish.Observation, error) {
	return h.withPower(ctx, systemID, func(g guest) error {
		m, _ := h.registry.read(g.record)
		switch {
		case op != "" && m.ResetOp == op:
			return nil
		case !g.isOn() && op != "" && m.Cycle == op: // a worker has died in between
			return h.boot(ctx, g)
		case !g.isOn():
			return errOff
		case m.needsBoot():
			h.tryNetwork(g.c)
			return h.restart(ctx, g, op)
		}
		if err := h.dated(g, rebooted, moment{now()}, func() error { return g.c.DomainReset(g.Domain, 0) }); err != nil {
			return err
		}
		h.registry.change(g.record, func(m *mark) { m.ResetOp = op })
		return h.save(g.c, g.Domain, g.record)
	})
}

// noteButton remembers of an armed guest that it shall end for good.
func (h *Host) noteButton(g guest) error {
	m, _ := h.registry.read(g.record)
	if !m.Armed || m.Button {
		return nil
	}
	h.registry.change(g.record, func(m *mark) { m.Button = true })
	return h.save(g.c, g.Domain, g.record)
}

// InjectNMI sends a non-maskable interrupt (virDomainInjectNMI); op as with Reset.
func (h *Host) InjectNMI(ctx context.Context, systemID, op string) error {
	_, err := h.withGuest(ctx, systemID, func(g guest) (hawkfish.Observation, error) {
		if m, _ := h.registry.read(g.record); op != "" && m.NMIOp == op {
			return g.Observation, nil
		}
		if !g.isOn() {
			return hawkfish.Observation{}, errOff
		}
		if err := g.c.DomainInjectNmi(g.Domain, 0); err != nil {
			return hawkfish.Observation{}, err
		}
		h.registry.change(g.record, func(m *mark) { m.NMIOp = op })
		return g.Observation, h.save(g.c, g.Domain, g.record)
	})
	return err
}

// errOff and errOn are what a guest's power forbids.
var (
	errOff = &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the guest is off"}
	errOn  = &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the guest runs"}
)

// mustBeOff fails while the system's guest runs; one without a domain does not.
func (h *Host) mustBeOff(c *conn, systemID string) error {
	id, err := parseID(systemID)
	if err != nil {
		return err
	}
	g, err := h.look(c, id)
	switch {
	case isCode(err, golibvirt.ErrNoDomain):
		return nil
	case errors.Is(err, errForeign):
		return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the domain is not HawkFish's"}
	case err == nil && g.isOn():
		return errOn
	}
	return err
}
