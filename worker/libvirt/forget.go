package libvirt

import (
	"context"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// forgetFlags removes what libvirt keeps of a domain, and leaves alone what is in the pool.
const forgetFlags = golibvirt.DomainUndefineManagedSave | golibvirt.DomainUndefineSnapshotsMetadata |
	golibvirt.DomainUndefineCheckpointsMetadata | golibvirt.DomainUndefineKeepNvram

// Forget removes a domain whose system is elsewhere by now (virDomainDestroyFlags, virDomainUndefineFlags). The files in the pool stay: where hosts
// share the pool, they are the system's.
func (h *Host) Forget(ctx context.Context, systemID string) error {
	id, err := parseID(systemID)
	if err != nil {
		return err
	}
	_, err = work(ctx, h, func(c *conn) (struct{}, error) {
		dom, err := c.DomainLookupByUUID(id)
		if isCode(err, golibvirt.ErrNoDomain) {
			return struct{}{}, nil
		}
		if err != nil {
			return struct{}{}, err
		}
		rec, err := h.find(c, dom)
		if err != nil {
			return struct{}{}, err
		}
		if !h.registry.isSystem(rec) {
			return struct{}{}, errForeign
		}
		if err := c.DomainDestroyFlags(dom, golibvirt.DomainDestroyDefault); err != nil && !isCode(err, golibvirt.ErrOperationInvalid) {
			return struct{}{}, err
		}
		return struct{}{}, c.undefine(id, forgetFlags) // one that was not persistent is gone when it is off
	})
	_, err = about(systemID, struct{}{}, err)
	return err
}

// HasDisk reports whether the system's boot disk is in a pool of the host.
func (h *Host) HasDisk(ctx context.Context, g hawkfish.Guest) (bool, error) {
	has, err := work(ctx, h, func(c *conn) (bool, error) {
		p, err := h.openDisks(c)
		if err != nil {
			return false, err
		}
		if err := p.refresh(c); err != nil {
			return false, err
		}
		_, ok, err := p.volume(c, g.ID+diskSuffix)
		return ok, err
	})
	return about(g.ID, has, err)
}
