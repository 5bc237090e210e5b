package libvirt

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// Foreign lists the domains that have no mark of HawkFish's (virConnectListAllDomains, virDomainGetXMLDesc).
func (h *Host) Foreign(ctx context.Context, projectID string) ([]hawkfish.Foreign, error) {
	p, err := h.getPlatform(ctx)
	if err != nil {
		return nil, err
	}
	return work(ctx, h, func(c *conn) ([]hawkfish.Foreign, error) {
		domains, _, err := c.ConnectListAllDomains(1, 0)
		if err != nil {
			return nil, err
		}
		var all []hawkfish.Foreign
		for _, dom := range domains {
			f, err := h.foreign(c, dom, p, projectID)
			switch {
			case isCode(err, golibvirt.ErrNoDomain) || errors.Is(err, errOurs): // it went away in between, or is ours
			case err != nil:
				return nil, err
			default:
				all = append(all, f)
			}
		}
		slices.SortFunc(all, func(a, b hawkfish.Foreign) int { return cmp.Compare(a.Name, b.Name) })
		return all, nil
	})
}

func (h *Host) foreign(c *conn, dom golibvirt.Domain, p platform, projectID string) (hawkfish.Foreign, error) {
	rec, err := h.find(c, dom)
	if err != nil {
		return hawkfish.Foreign{}, err
	}
	if h.registry.isSystem(rec) {
		return hawkfish.Foreign{}, errOurs
	}
	return h.describeForeign(c, dom, p, projectID)
}

// Adopt puts a mark on a domain (virDomainSetMetadata), of its run and of its definition.
func (h *Host) Adopt(ctx context.Context, a hawkfish.Adoption) (hawkfish.Observation, error) {
	id, err := parseID(a.Seen.ID)
	if err != nil {
		return hawkfish.Observation{}, err
	}
	p, err := h.getPlatform(ctx)
	if err != nil {
		return hawkfish.Observation{}, err
	}
	o, err := work(ctx, h, func(c *conn) (hawkfish.Observation, error) {
		dom, err := c.DomainLookupByUUID(id)
		if err != nil {
			return hawkfish.Observation{}, err
		}
		rec, err := h.find(c, dom)
		if err != nil {
			return hawkfish.Observation{}, err
		}
		if err := rec.saving.take(c); err != nil {
			return hawkfish.Observation{}, err
		}
		defer rec.saving.give()
		if err := h.claimForeign(c, dom, rec, p, a); err != nil {
			return hawkfish.Observation{}, err
		}
		g, err := h.look(c, id)
		return g.Observation, err
	})
	return about(a.Seen.ID, o, err)
}

// claimForeign marks a domain, unless an earlier try has done so. The caller saves the mark.
func (h *Host) claimForeign(c *conn, dom golibvirt.Domain, rec *record, p platform, a hawkfish.Adoption) error {
	wanted := adoptedMark(a.Seen, a.ProjectID)
	if m, ours := h.registry.read(rec); ours {
		if m.Adopted == "" || m.Project != a.ProjectID {
			return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the domain is a system already"}
		}
		return h.write(c, dom, rec) // an earlier try may have reached the run alone
	}
	now, err := h.describeForeign(c, dom, p, a.ProjectID)
	switch {
	case err != nil:
		return err
	case len(now.Obstacles) > 0:
		return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "it cannot be adopted: " + strings.Join(now.Obstacles, "; ")}
	case !now.Same(a.Seen):
		return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the domain has been changed since it was looked at; look again"}
	}
	if err := writeMark(c, dom, wanted); err != nil {
		return err
	}
	h.registry.mu.Lock()
	defer h.registry.mu.Unlock()
	rec.ours, rec.mark, rec.reason = true, wanted, ""
	return nil
}

// Release removes the mark (virDomainSetMetadata without an element).
func (h *Host) Release(ctx context.Context, systemID string) error {
	id, err := parseID(systemID)
	if err != nil {
		return err
	}
	_, err = work(ctx, h, func(c *conn) (struct{}, error) {
		dom, err := c.DomainLookupByUUID(id)
		if err != nil {
			if isCode(err, golibvirt.ErrNoDomain) {
				err = nil
			}
			return struct{}{}, err
		}
		rec, err := h.find(c, dom)
		if err != nil {
			return struct{}{}, err
		}
		if err := rec.power.take(c); err != nil {
			return struct{}{}, err
		}
		defer rec.power.give()
		if err := h.letGo(ctx, c, dom, rec); err != nil {
			return struct{}{}, err
		}
		if err := rec.saving.take(c); err != nil {
			return struct{}{}, err
		}
		defer rec.saving.give()
		if err := eraseMark(c, dom); err != nil {
			return struct{}{}, err
		}
		h.registry.mu.Lock()
		defer h.registry.mu.Unlock()
		rec.ours, rec.mark = false, mark{}
		return struct{}{}, nil
	})
	_, err = about(systemID, struct{}{}, err)
	return err
}

// letGo checks that nothing of HawkFish's is left in an adopted system but its mark, and takes back what waits for its
// guest's next reboot.
func (h *Host) letGo(ctx context.Context, c *conn, dom golibvirt.Domain, rec *record) error {
	m, ours := h.registry.read(rec)
	if !ours {
		return nil
	}
	if m.Adopted == "" {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "HawkFish has made the system, and has nothing to give back"}
	}
	saved, err := c.DomainHasManagedSaveImage(dom, 0)
	if err != nil {
		return err
	}
	if saved != 0 {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the guest's memory is saved; start it first"}
	}
	for _, which := range []golibvirt.DomainXMLFlags{0, golibvirt.DomainXMLInactive} {
		x, err := describeDomain(c, dom, which)
		if err != nil {
			return err
		}
		for _, d := range x.Devices.Disks {
			if isMedium(fileOf(d)) {
				return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "a medium is inserted; eject it first"}
			}
		}
	}
	g, err := h.look(c, dom.UUID)
	if err != nil {
		return err
	}
	if h.unsettled(g) {
		return &hawkfish.Error{Kind: hawkfish.Unavailable, Message: "the guest is about to be started anew"}
	}
	h.registry.change(rec, func(m *mark) { m.Override, m.Runs = "", m.Shape })
	return h.arm(ctx, g)
}

// errOurs is what a system looks like to who looks for foreign domains.
var errOurs = errors.New("the domain is a system of HawkFish's")

// mustBeMade fails for an adopted system, of which HawkFish removes nothing, and while the guest runs.
func (h *Host) mustBeMade(c *conn, systemID string) error {
	if err := h.mustBeOff(c, systemID); err != nil {
		return err
	}
	id, err := parseID(systemID)
	if err != nil {
		return err
	}
	if rec := h.registry.known(id); rec != nil { // mustBeOff has looked
		if m, ours := h.registry.read(rec); ours && m.Adopted != "" {
			return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the system is adopted: it is released, and never removed"}
		}
	}
	return nil
}
