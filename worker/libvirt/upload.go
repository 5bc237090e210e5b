package libvirt

import (
	"context"

	"github.com/projectbeskar/hawkfish"
)

// upload transfers an image, verifies it, and marks it complete. Whatever goes
// wrong, the volume is removed, now or by the next fetch's sweep.
func (h *Host) upload(ctx context.Context, src hawkfish.ImageSource, digest string, report func(done, total int64)) (hawkfish.ImageFacts, error) {
	none := hawkfish.ImageFacts{}
	body, size, err := h.cfg.Source.Open(ctx, src.URL)
	if err != nil {
		return none, err
	}
	defer func() { _ = body.Close() }()
	in := newMeter(body, max(size, 0), report)
	virtual, err := in.inspect(src.Format)
	if err != nil {
		return none, err
	}
	if err := h.makeRoom(ctx, imageVolume(digest), size); err != nil {
		return none, err
	}
	facts := hawkfish.ImageFacts{SHA256: digest, VirtualBytes: virtual}
	err = h.transfer(ctx, imageVolume(digest), in)
	if err == nil {
		facts.SizeBytes = in.done
		if src.Format == hawkfish.FormatRaw {
			facts.VirtualBytes = in.done
		}
		if got := in.sum(); got != digest {
			err = hawkfish.Refused("/SHA256", src.SHA256, "the file's digest is "+got)
		}
	}
	if err == nil {
		err = h.complete(ctx, facts, src.Format)
	}
	if err != nil {
		h.discard(ctx, imageVolume(digest))
		return none, err
	}
	return facts, nil
}

// makeRoom makes a volume, without any bytes.
func (h *Host) makeRoom(ctx context.Context, volume string, size int64) error {
	_, err := work(ctx, h, func(c *conn) (struct{}, error) {
		p, err := h.openPool(c)
		if err != nil {
			return struct{}{}, err
		}
		_, _, _, free, err := c.StoragePoolGetInfo(p.StoragePool)
		if err != nil {
			return struct{}{}, err
		}
		if size > 0 && uint64(size) > free {
			return struct{}{}, &hawkfish.Error{Kind: hawkfish.Exhausted, Message: "the host's storage has no room for the image"}
		}
		if err := p.remove(c, volume); err != nil {
			return struct{}{}, err
		}
		// Guests of several systems read it, maybe as an unprivileged user.
		err = p.create(c, emptyVolume(volume, "0644"))
		return struct{}{}, err
	})
	return err
}

// transfer streams a source into a volume, on a connection of its own: while a
// stream stands still nothing else gets through on its connection.
func (h *Host) transfer(ctx context.Context, volume string, in *meter) error {
	c, err := h.conns.dial(ctx)
	if err != nil {
		return hawkfish.Down("libvirt", err)
	}
	defer c.close()
	defer context.AfterFunc(ctx, c.close)()
	p, err := h.openPool(c)
	if err != nil {
		return err
	}
	vol, err := c.StorageVolLookupByName(p.StoragePool, volume)
	if err != nil {
		return err
	}
	// The source bounds its own silence; while libvirtd has the chunk it is libvirtd's.
	defer in.watch(h.cfg.SlowDeadline, c.close)()
	err = c.StorageVolUpload(vol, in, 0, 0, 0)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if failure := in.failure(); failure != nil { // libvirt's error only says that the stream was aborted
		return failure
	}
	return err
}

// complete marks an image as whole, if what libvirtd has is as long as what was sent.
func (h *Host) complete(ctx context.Context, facts hawkfish.ImageFacts, format hawkfish.ImageFormat) error {
	_, err := work(ctx, h, func(c *conn) (struct{}, error) {
		p, err := h.openPool(c)
		if err != nil {
			return struct{}{}, err
		}
		if err := p.touch(c, markerName(facts, format)); err != nil {
			return struct{}{}, err
		}
		state, err := p.image(c, facts.SHA256)
		if err == nil && state.marker == "" {
			err = &hawkfish.Error{Kind: hawkfish.Unavailable, Message: "the image was removed while it was fetched"}
		}
		return struct{}{}, err
	})
	return err
}

// discard removes what a failed transfer has left, even when the caller has given up.
func (h *Host) discard(ctx context.Context, volume string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.cfg.Deadline/2)
	defer cancel()
	_, err := ask(ctx, h, func(c *conn) (struct{}, error) {
		p, err := h.openPool(c)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, p.remove(c, volume)
	})
	if err != nil {
		h.log.Warn("half an image is left until the next fetch", "volume", volume, "error", err)
	}
}
