package libvirt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
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
	_, err = work(ctx, h, func(c *conn) (struct{}, error) {
		pool, err := h.openPool(c)
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
		at := files{disk: pool.path(g.ID + diskSuffix), serial: pool.path(g.ID + serialSuffix)}
		made, err := digest(g, p, at)
		if err != nil {
			return struct{}{}, err
		}
		m, _ := h.registry.read(rec)
		if m.Made == made {
			return struct{}{}, nil
		}
		m.Made = made
		doc, err := domainXML(g, p, at, m)
		if err != nil {
			return struct{}{}, err
		}
		if _, err = c.DomainDefineXMLFlags(doc, 0); err == nil {
			h.registry.change(rec, func(m *mark) { m.Made = made })
		}
		return struct{}{}, err
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

// Configure is Define: what a running guest does not have yet comes with its next start from off.
func (h *Host) Configure(ctx context.Context, g hawkfish.Guest) (hawkfish.Observation, error) {
	if err := h.Define(ctx, g); err != nil {
		return hawkfish.Observation{}, err
	}
	return h.Observe(ctx, g.ID)
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
		if dom.Name != g.Name {
			if err := h.mustBeOff(c, g.ID); err != nil {
				return nil, err
			}
			if err := c.DomainUndefineFlags(dom, golibvirt.DomainUndefineKeepNvram); err != nil {
				return nil, err
			}
		}
	case !isCode(err, golibvirt.ErrNoDomain):
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
		if err := h.mustBeOff(c, systemID); err != nil {
			return struct{}{}, err
		}
		dom, err := c.DomainLookupByUUID(id)
		if err == nil {
			err = c.DomainUndefineFlags(dom, undefineAll)
		}
		if isCode(err, golibvirt.ErrNoDomain) {
			err = nil
		}
		return struct{}{}, err
	})
	_, err = about(systemID, struct{}{}, err)
	return err
}
