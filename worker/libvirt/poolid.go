package libvirt

import (
	"context"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/google/uuid"
)

// poolIDVolume is the file in a pool of disks by which the hosts that share the pool know that they do.
const poolIDVolume = "hawkfish-pool.id"

// diskPool names the pool of disks, the same for all hosts that share it; empty: nobody does. Who comes first names it.
func (h *Host) diskPool(ctx context.Context, c *conn) (string, error) {
	if !h.cfg.disksApart() {
		return "", nil
	}
	if known := h.poolID.Load(); known != nil {
		return *known, nil
	}
	p, err := h.openDisks(c)
	if err != nil {
		return "", err
	}
	if err := p.refresh(c); err != nil {
		return "", err
	}
	if err := p.touch(c, poolIDVolume); err != nil {
		return "", err
	}
	vol, err := c.StorageVolLookupByName(p.StoragePool, poolIDVolume)
	if err != nil {
		return "", err
	}
	id, err := h.readPoolID(ctx, c, vol)
	if err != nil {
		return "", err
	}
	if id == "" { // of two that come at the same time the last one names it: what it is called for good is seen the next time
		id = uuid.NewString()
		return id, h.overwrite(ctx, vol, 0, []byte(id))
	}
	h.poolID.Store(&id)
	return id, nil
}

func (h *Host) readPoolID(ctx context.Context, c *conn, vol golibvirt.StorageVol) (string, error) {
	_, size, _, err := c.StorageVolGetInfo(vol)
	if err != nil || size == 0 {
		return "", err
	}
	text, err := h.download(ctx, vol, 0, size)
	if err != nil {
		return "", err
	}
	id, err := uuid.ParseBytes(text)
	if err != nil { // it is empty, or half written
		return "", nil
	}
	return id.String(), nil
}
