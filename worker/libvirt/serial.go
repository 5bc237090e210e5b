package libvirt

import (
	"context"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// SerialOutput reads the end of the serial log through libvirt
// (virStorageVolDownload), so that it needs no access to the host's files.
func (h *Host) SerialOutput(ctx context.Context, systemID string, max int) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, h.cfg.Deadline)
	defer cancel()
	vol, size, err := h.findLog(ctx, systemID)
	if err != nil || size == 0 || max <= 0 {
		return nil, err
	}
	length := min(size, uint64(max))
	out, err := h.download(ctx, vol, size-length, length)
	return about(systemID, out, err)
}

// findLog finds the volume of a system's serial log and its length; 0: there is none.
func (h *Host) findLog(ctx context.Context, systemID string) (vol golibvirt.StorageVol, size uint64, err error) {
	_, err = h.withGuest(ctx, systemID, func(g guest) (hawkfish.Observation, error) {
		p, err := h.openDisks(g.c)
		if err != nil {
			return g.Observation, err
		}
		vol, err = g.c.StorageVolLookupByName(p.StoragePool, systemID+serialSuffix)
		if isCode(err, golibvirt.ErrNoStorageVol) { // QEMU may have made it
			if err := p.refresh(g.c); err != nil {
				return g.Observation, err
			}
			vol, err = g.c.StorageVolLookupByName(p.StoragePool, systemID+serialSuffix)
		}
		if err == nil {
			_, size, _, err = g.c.StorageVolGetInfo(vol)
		}
		if isCode(err, golibvirt.ErrNoStorageVol) {
			err = nil
		}
		return g.Observation, err
	})
	return vol, size, err
}

// download reads a part of a volume, on a connection of its own.
func (h *Host) download(ctx context.Context, vol golibvirt.StorageVol, offset, length uint64) ([]byte, error) {
	c, err := h.conns.dial(ctx)
	if err != nil {
		return nil, hawkfish.Down("libvirt", err)
	}
	defer c.close()
	defer context.AfterFunc(ctx, c.close)()
	var out sink
	err = c.StorageVolDownload(vol, &out, offset, length, 0)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return out, err
}

// sink takes everything. go-libvirt holds its locks while it writes, so a
// Writer must neither block nor fail.
type sink []byte

func (s *sink) Write(p []byte) (int, error) {
	*s = append(*s, p...)
	return len(p), nil
}
