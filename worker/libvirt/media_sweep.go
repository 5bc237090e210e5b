package libvirt

import (
	"context"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"
)

// mediaLock is shared by those who give media to guests, and held alone by who removes media.
const mediaLock = "media"

// SweepMedia removes media that no domain of the host refers to, running or defined, whoever has made it.
func (h *Host) SweepMedia(ctx context.Context, grace time.Duration) error {
	unlock, err := h.locks.lock(ctx, mediaLock)
	if err != nil {
		return fault(err, "", "")
	}
	defer unlock()
	_, err = work(ctx, h, func(c *conn) (struct{}, error) {
		p, err := h.openPool(c)
		if err != nil {
			return struct{}{}, err
		}
		names, err := p.volumes(c, mediaPrefix)
		if err != nil || len(names) == 0 {
			return struct{}{}, err
		}
		used, err := sourcesInUse(c)
		if err != nil {
			return struct{}{}, err
		}
		for id, m := range parseMedia(names) {
			if used[p.path(mediaVolume(id))] {
				h.shelf.want(id)
				continue
			}
			idle, done := h.shelf.idle(id)
			if !done || m.ready != "" && idle < grace {
				continue
			}
			if err := p.remove(c, m.volumes...); err != nil {
				return struct{}{}, err
			}
			h.log.Info("a medium has been removed that nobody uses", "medium", id, "digest", m.SHA256, "complete", m.ready != "")
		}
		return struct{}{}, nil
	})
	return err
}

// sourcesInUse lists the files that any domain has as a disk, now or when it next starts (virDomainGetXMLDesc).
func sourcesInUse(c *conn) (map[string]bool, error) {
	domains, _, err := c.ConnectListAllDomains(1, 0)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, dom := range domains {
		for _, which := range []golibvirt.DomainXMLFlags{0, golibvirt.DomainXMLInactive} {
			x, err := describeDomain(c, dom, which)
			if isCode(err, golibvirt.ErrNoDomain) {
				break // it went away in between
			}
			if err != nil {
				return nil, err
			}
			for _, d := range x.Devices.Disks {
				used[fileOf(d)] = true
			}
		}
	}
	return used, nil
}

func describeDomain(c *conn, dom golibvirt.Domain, which golibvirt.DomainXMLFlags) (x libvirtxml.Domain, err error) {
	doc, err := c.DomainGetXMLDesc(dom, which)
	if err == nil {
		err = x.Unmarshal(doc)
	}
	if err == nil && x.Devices == nil {
		x.Devices = &libvirtxml.DomainDeviceList{}
	}
	return x, err
}
