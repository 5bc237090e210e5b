package libvirt

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/cloudinit"
)

const (
	seedInfix  = ".seed-"
	seedTarget = "vdz" // so that no other disk's letter depends on it
)

// seedVolume names the volume of what cloud-init is to find; empty: there is none.
func seedVolume(g hawkfish.Guest) string {
	if g.Seed == nil {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", *g.Seed))
	return g.ID + seedInfix + hex.EncodeToString(sum[:8])
}

// putSeed makes the disk that cloud-init looks for, unless it is there. One that a worker which died has half written is
// shorter, and is written again.
func (h *Host) putSeed(c *conn, p pool, g hawkfish.Guest) (path string, err error) {
	volume := seedVolume(g)
	if volume == "" {
		return "", nil
	}
	files := map[string]string{"meta-data": g.Seed.MetaData, "user-data": g.Seed.UserData}
	if g.Seed.NetworkConfig != "" {
		files["network-config"] = g.Seed.NetworkConfig
	}
	content, err := cloudinit.Disk(files)
	if err != nil {
		return "", err
	}
	v, ok, err := p.volume(c, volume)
	if err != nil {
		return "", err
	}
	if ok && v.Capacity != nil && v.Capacity.Value == uint64(len(content)) {
		return p.path(volume), nil
	}
	if err := p.remove(c, volume); err != nil {
		return "", err
	}
	if err := p.create(c, emptyVolume(volume, "0600")); err != nil {
		return "", err
	}
	vol, err := c.StorageVolLookupByName(p.StoragePool, volume)
	if err == nil {
		err = c.StorageVolUpload(vol, bytes.NewReader(content), 0, 0, 0)
	}
	if err == nil {
		err = p.refresh(c) // it has grown
	}
	return p.path(volume), err
}

// dropSeed removes what cloud-init of a guest was to find and is not any more. A guest that runs may still look at it: then it
// goes with the system's other disks.
func (h *Host) dropSeed(c *conn, p pool, rec *record, before, after string) error {
	if before == after {
		return nil
	}
	h.registry.change(rec, func(m *mark) { m.Seed = after })
	id, err := parseID(rec.id)
	if err != nil {
		return err
	}
	dom, err := c.DomainLookupByUUID(id)
	if err != nil {
		return err
	}
	runs, err := isActive(c, dom)
	if err == nil {
		err = h.write(c, dom, rec)
	}
	if err == nil && !runs && before != "" {
		err = p.remove(c, before)
	}
	return err
}

// seedDisk is a read-only disk that nothing boots from.
func seedDisk(path string) libvirtxml.DomainDisk {
	return libvirtxml.DomainDisk{
		Device:   "disk",
		Driver:   &libvirtxml.DomainDiskDriver{Name: "qemu", Type: "raw"},
		Source:   &libvirtxml.DomainDiskSource{File: &libvirtxml.DomainDiskSourceFile{File: path}},
		Target:   &libvirtxml.DomainDiskTarget{Dev: seedTarget, Bus: "virtio"},
		ReadOnly: &libvirtxml.DomainDiskReadOnly{},
	}
}

func isSeed(d libvirtxml.DomainDisk) bool {
	return d.Source != nil && d.Source.File != nil && strings.Contains(d.Source.File.File, seedInfix) || d.Target != nil && d.Target.Dev == seedTarget
}
