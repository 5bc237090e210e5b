package libvirt

import (
	"context"
	"slices"
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

const (
	diskSuffix   = ".qcow2"
	serialSuffix = ".serial"
)

// CreateDisk makes a system's boot disk, a qcow2 volume (virStorageVolCreateXML).
func (h *Host) CreateDisk(ctx context.Context, g hawkfish.Guest) error {
	if g.DiskGiB < 1 {
		return hawkfish.Refused("/DiskGiB", "", "a disk has at least 1 GiB")
	}
	var digest string
	if g.Image.SHA256 != "" {
		var err error
		if digest, err = parseDigest(g.Image.SHA256); err != nil {
			return err
		}
		// Until the disk refers to the image, nothing else keeps it from being dropped.
		unlock, err := h.locks.share(ctx, digest)
		if err != nil {
			return fault(err, "", "")
		}
		defer unlock()
	}
	_, err := work(ctx, h, func(c *conn) (struct{}, error) {
		v := blankDisk(g)
		if digest != "" {
			cache, err := h.openPool(c)
			if err == nil {
				v.BackingStore, err = cache.backing(c, g, digest)
			}
			if err != nil {
				return struct{}{}, err
			}
		}
		p, err := h.openDisks(c)
		if err != nil {
			return struct{}{}, err
		}
		if err := h.replaceRest(c, p, g.ID, v); err != nil {
			return struct{}{}, err
		}
		if err := p.create(c, v); err != nil && !isCode(err, golibvirt.ErrStorageVolExist) {
			return struct{}{}, err
		}
		// QEMU would make it, but a file that libvirt has made needs no refresh of the pool to be found.
		return struct{}{}, p.touch(c, g.ID+serialSuffix)
	})
	_, err = about(g.ID, struct{}{}, err)
	return err
}

func blankDisk(g hawkfish.Guest) libvirtxml.StorageVolume {
	return libvirtxml.StorageVolume{
		Name:     g.ID + diskSuffix,
		Capacity: &libvirtxml.StorageVolumeSize{Unit: "GiB", Value: uint64(g.DiskGiB)},
		Target: &libvirtxml.StorageVolumeTarget{
			Format:      &libvirtxml.StorageVolumeTargetFormat{Type: "qcow2"},
			Compat:      "1.1",
			Permissions: &libvirtxml.StorageVolumeTargetPermissions{Mode: "0600"},
		},
	}
}

// backing says what a guest's disk is a clone of. Its format is named, so that
// QEMU never guesses it from bytes that a guest may have written.
func (p pool) backing(c *conn, g hawkfish.Guest, digest string) (*libvirtxml.StorageVolumeBackingStore, error) {
	state, err := p.image(c, digest)
	switch {
	case err != nil:
		return nil, err
	case state.marker == "":
		return nil, hawkfish.Missing("Image", digest)
	case state.VirtualBytes > g.DiskGiB<<30:
		return nil, hawkfish.Refused("/DiskGiB", "", "the image is larger than the disk")
	}
	return &libvirtxml.StorageVolumeBackingStore{
		Path:   p.path(imageVolume(digest)),
		Format: &libvirtxml.StorageVolumeTargetFormat{Type: string(state.format)},
	}, nil
}

// replaceRest removes a disk that an earlier try has begun and not finished:
// qemu-img writes the size and the backing file last. A finished one is left alone.
func (h *Host) replaceRest(c *conn, p pool, systemID string, want libvirtxml.StorageVolume) error {
	v, ok, err := p.volume(c, want.Name)
	if err != nil || !ok {
		return err
	}
	finished := v.Target != nil && v.Target.Format != nil && v.Target.Format.Type == "qcow2" &&
		v.Capacity != nil && v.Capacity.Value > 0 && backingPath(v) == backingPath(want)
	if finished {
		return nil
	}
	if err := h.mustBeOff(c, systemID); err != nil {
		return err
	}
	h.log.Warn("a disk that is not what was asked for is made anew", "system", systemID)
	return p.remove(c, want.Name)
}

func backingPath(v libvirtxml.StorageVolume) string {
	if v.BackingStore == nil {
		return ""
	}
	return v.BackingStore.Path
}

// cloneOf returns the name of a disk in the pool that is a clone of an image, which is at a path; empty: none is.
func (p pool) cloneOf(c *conn, image string) (string, error) {
	names, err := p.volumes(c, "")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if imagePattern.MatchString(name) || strings.Contains(name, serialSuffix) {
			continue
		}
		v, ok, err := p.volume(c, name)
		if err != nil {
			return "", err
		}
		if ok && backingPath(v) == image {
			return name, nil
		}
	}
	return "", nil
}

// DeleteDisks removes every volume whose name starts with the system's ID.
func (h *Host) DeleteDisks(ctx context.Context, systemID string) error {
	if _, err := parseID(systemID); err != nil {
		return err
	}
	_, err := work(ctx, h, func(c *conn) (struct{}, error) {
		if err := h.mustBeMade(c, systemID); err != nil {
			return struct{}{}, err
		}
		p, err := h.openDisks(c)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, p.removeOf(c, systemID, func(string) bool { return false })
	})
	_, err = about(systemID, struct{}{}, err)
	return err
}

// removeOf removes the volumes of a system but those that are to be kept.
func (p pool) removeOf(c *conn, systemID string, keep func(name string) bool) error {
	// virtlogd keeps older parts of a long serial log beside it, unknown to the pool.
	if err := p.refresh(c); err != nil {
		return err
	}
	names, err := p.volumes(c, systemID+".")
	if err != nil {
		return err
	}
	return p.remove(c, slices.DeleteFunc(names, keep)...)
}
