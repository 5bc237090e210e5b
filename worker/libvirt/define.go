package libvirt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Define makes or replaces the system's domain (virDomainDefineXMLFlags). What
// the mark of an earlier definition remembers is kept.
func (h *Host) Define(ctx context.Context, g hawkfish.Guest) error {
	id, err := parseID(g.ID)
	if err != nil {
		return err
	}
	p, err := h.getPlatform(ctx)
	if err != nil {
		return err
	}
	unlock, err := h.shareMedia(ctx, g)
	if err != nil {
		return fault(err, "ComputerSystem", g.ID)
	}
	defer unlock()
	_, err = work(ctx, h, func(c *conn) (struct{}, error) {
		cache, err := h.openPool(c)
		if err != nil {
			return struct{}{}, err
		}
		pool, err := h.openDisks(c)
		if err != nil {
			return struct{}{}, err
		}
		rec, err := h.claim(c, id, g)
		if err != nil {
			return struct{}{}, err
		}
		if err := rec.saving.take(c); err != nil {
			return struct{}{}, err
		}
		defer rec.saving.give()
		at := files{disk: pool.path(g.ID + diskSuffix), serial: pool.path(g.ID + serialSuffix), nvram: pool.path(nvramOf(g))}
		g, loaded, err := h.takeMedia(c, cache, rec, g)
		if err != nil {
			return struct{}{}, err
		}
		at.media = loaded.files
		if at.seed, err = h.putSeed(c, pool, g); err != nil {
			return struct{}{}, err
		}
		before, _ := h.registry.read(rec)
		if err := h.redefine(c, id, rec, g, p, at, loaded); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, h.dropSeed(c, pool, rec, before.Seed, seedVolume(g))
	})
	_, err = about(g.ID, struct{}{}, err)
	if err != nil && hawkfish.KindOf(err) == hawkfish.Exists {
		return &hawkfish.Error{
			Kind: hawkfish.Exists, Resource: "ComputerSystem", ID: g.ID, Property: "/Name", Value: g.Name,
			Message: "another domain on the host has the name", Err: err,
		}
	}
	return err
}

// redefine replaces a definition, unless it is made from the same. The caller saves the mark.
func (h *Host) redefine(c *conn, id golibvirt.UUID, rec *record, g hawkfish.Guest, p platform, at files, with loaded) error {
	made, err := digest(g, p, at)
	if err != nil {
		return err
	}
	before, _ := h.registry.read(rec)
	if before.Made == made && before.Disc == with.disc && before.Ejected == with.ejected {
		return nil
	}
	to, err := design(c, id, g, p, at, before)
	if err != nil {
		return err
	}
	d, dom, runs := to.Domain, to.dom, to.runs
	after := before
	after = h.restoring(after, g, runs)
	first := before.Shape == "" && to.was != ""
	if first { // of an adopted one
		after.Runs, after.RunsGeneration = to.was, before.Generation
	}
	after.Disc, after.Ejected = with.disc, with.ejected
	after.Made, after.Generation, after.Override = made, g.Machine.Generation, overrideOf(g)
	if after.Shape, err = shape(d); err != nil {
		return err
	}
	if !runs {
		after.Runs, after.RunsGeneration = after.Shape, after.Generation
	}
	if !to.same {
		doc, err := marked(d, after)
		if err != nil {
			return err
		}
		if dom, err = c.DomainDefineXMLFlags(doc, 0); err != nil {
			return err
		}
	}
	h.registry.change(rec, func(m *mark) {
		m.Disc, m.Ejected = after.Disc, after.Ejected
		m.Made, m.Generation, m.Override, m.Shape = after.Made, after.Generation, after.Override, after.Shape
		m.Restore, m.On, m.HostBoot = after.Restore, after.On, after.HostBoot
		if !runs || first {
			m.Runs, m.RunsGeneration = after.Runs, after.RunsGeneration
		}
	})
	if runs || to.same {
		return h.write(c, dom, rec) // its run has a mark of its own
	}
	return nil
}

// designed is what a system's definition is to be.
type designed struct {
	*libvirtxml.Domain
	dom  golibvirt.Domain // that there is; the zero one: none
	runs bool
	same bool   // the definition is so already
	was  string // shape of the definition that there is, of an adopted system
}

// design works out a definition: HawkFish's own, in the places of the one before, or that of an adopted domain with what has changed.
func design(c *conn, id golibvirt.UUID, g hawkfish.Guest, p platform, at files, before mark) (to designed, err error) {
	if to.dom, err = c.DomainLookupByUUID(id); err == nil {
		to.runs, err = isActive(c, to.dom)
	}
	there := err == nil
	if isCode(err, golibvirt.ErrNoDomain) && g.Machine.Adopted == nil {
		err = nil
	}
	switch {
	case err != nil:
		return to, err
	case g.Machine.Adopted == nil:
		to.Domain = domain(g, p, at)
		if there {
			return to, keep(c, to.dom, to.Domain)
		}
		leavePorts(to.Domain)
		return to, nil
	}
	if to.Domain, err = describeWhole(c, to.dom); err == nil {
		to.was, err = shape(to.Domain)
	}
	if err != nil {
		return to, err
	}
	known := partsOf(to.Domain)
	if _, last, ok := parseShape(before.Shape); ok {
		known = last
	}
	changed, err := amend(to.Domain, g, at, known.Interfaces)
	to.same = !changed
	return to, err
}

func isActive(c *conn, dom golibvirt.Domain) (bool, error) {
	active, err := c.DomainIsActive(dom)
	return active != 0, err
}

// overrideOf is the override of a guest, when it is not in its definition.
func overrideOf(g hawkfish.Guest) string {
	o := g.Machine.Boot.Override
	if !o.Active() || o.Enabled == schemas.BootSourceOverrideEnabledContinuous && isDevice(o.Target) {
		return ""
	}
	if o.Target == schemas.BootSourceUefiBootNext {
		option, _ := g.BootOption(o.Next) // it was looked up when it was asked for
		o.Target = option.Alias
	}
	text, _ := json.Marshal(o) // it is plain strings
	return string(text)
}

// Configure is Define for a guest that may run. It gets its media at once; what else it does not have yet comes with its next start from
// off, which its own reboot then is, too.
func (h *Host) Configure(ctx context.Context, g hawkfish.Guest) (hawkfish.Observation, error) {
	if err := h.Define(ctx, g); err != nil {
		return hawkfish.Observation{}, err
	}
	if err := h.matchMedia(ctx, g.ID); err != nil {
		return hawkfish.Observation{}, err
	}
	return h.withPower(ctx, g.ID, func(g guest) error {
		if !g.isOn() {
			return nil
		}
		if err := h.give(g); err != nil {
			return err
		}
		return h.arm(ctx, g)
	})
}

// digest names what a definition is made from, so that the same one is not made again.
func digest(g hawkfish.Guest, p platform, at files) (string, error) {
	g.Image.URL = "" // it may be left out, and makes no difference
	text, err := json.Marshal(g)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(text, "%+v%+v", p, at))
	return hex.EncodeToString(sum[:16]), nil
}

// claim makes the system's record, and removes a definition of another name,
// which libvirt would not replace.
func (h *Host) claim(c *conn, id golibvirt.UUID, g hawkfish.Guest) (*record, error) {
	rec := newRecord(g.ID)
	dom, err := c.DomainLookupByUUID(id)
	switch {
	case err == nil:
		if rec, err = h.find(c, dom); err != nil {
			return nil, err
		}
		if m, ours := h.registry.read(rec); ours && (m.Adopted != "") != (g.Machine.Adopted != nil) {
			return nil, &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the domain is not what it is taken for: adopted, or made"}
		} else if g.Machine.Adopted != nil && !ours {
			return nil, errForeign
		}
		if dom.Name != g.Name && g.Machine.Adopted == nil {
			if err := h.mustBeOff(c, g.ID); err != nil {
				return nil, err
			}
			if err := c.DomainUndefineFlags(dom, golibvirt.DomainUndefineKeepNvram); err != nil {
				return nil, err
			}
		}
	case !isCode(err, golibvirt.ErrNoDomain) || g.Machine.Adopted != nil: // which is never made anew
		return nil, err
	default:
		// The event of the definition may come before the answer to the call.
		h.registry.forget(id)
		rec = h.registry.add(id, rec)
	}
	h.registry.mu.Lock()
	defer h.registry.mu.Unlock()
	rec.ours = true
	rec.mark.Project, rec.mark.Image = g.ProjectID, g.Image.SHA256
	return rec, nil
}

// undefineAll removes everything that libvirt keeps of a domain.
const undefineAll = golibvirt.DomainUndefineManagedSave | golibvirt.DomainUndefineSnapshotsMetadata |
	golibvirt.DomainUndefineCheckpointsMetadata | golibvirt.DomainUndefineNvram

// Undefine removes the system's domain (virDomainUndefineFlags).
func (h *Host) Undefine(ctx context.Context, systemID string) error {
	id, err := parseID(systemID)
	if err != nil {
		return err
	}
	_, err = work(ctx, h, func(c *conn) (struct{}, error) {
		if err := h.mustBeMade(c, systemID); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, c.undefine(id, undefineAll)
	})
	_, err = about(systemID, struct{}{}, err)
	return err
}

// undefine removes a domain's definition; that there is none is success.
func (c *conn) undefine(id golibvirt.UUID, flags golibvirt.DomainUndefineFlagsValues) error {
	dom, err := c.DomainLookupByUUID(id)
	if err == nil {
		err = c.DomainUndefineFlags(dom, flags)
	}
	if isCode(err, golibvirt.ErrNoDomain) {
		err = nil
	}
	return err
}
