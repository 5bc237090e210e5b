package libvirt

import (
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"
)

// pool is a storage pool.
type pool struct {
	golibvirt.StoragePool
	dir string
}

// path is where a volume of the pool is on the host.
func (p pool) path(volume string) string { return p.dir + "/" + volume }

// openPool finds the pool of images and media, which is the host's alone.
func (h *Host) openPool(c *conn) (pool, error) { return h.open(c, h.cfg.Pool, h.cfg.PoolPath) }

// openDisks finds the pool of what belongs to systems: their disks, the state of their firmware, their seeds and serial logs. Hosts may share it.
func (h *Host) openDisks(c *conn) (pool, error) {
	if !h.cfg.disksApart() {
		return h.openPool(c)
	}
	return h.open(c, h.cfg.Pool+diskPoolSuffix, h.cfg.DiskPath)
}

// disksApart reports whether what belongs to systems is in a pool of its own.
func (c Config) disksApart() bool { return c.DiskPath != "" && c.DiskPath != c.PoolPath }

// diskPoolSuffix follows the name of the pool of images in that of the pool of disks.
const diskPoolSuffix = "-disks"

// open finds a pool, makes it where it is missing, and starts it.
func (h *Host) open(c *conn, name, path string) (pool, error) {
	p, err := c.StoragePoolLookupByName(name)
	if err == nil {
		state, _, _, _, err := c.StoragePoolGetInfo(p)
		if err == nil && golibvirt.StoragePoolState(state) == golibvirt.StoragePoolRunning {
			return describePool(c, p)
		}
	}
	if err != nil && !isCode(err, golibvirt.ErrNoStoragePool) {
		return pool{}, err
	}
	if err := h.setup.take(c); err != nil {
		return pool{}, err
	}
	defer h.setup.give()
	if p, err = c.StoragePoolLookupByName(name); isCode(err, golibvirt.ErrNoStoragePool) {
		p, err = h.definePool(c, name, path)
	}
	if err != nil {
		return pool{}, err
	}
	active, err := c.StoragePoolIsActive(p)
	if err == nil && active == 0 {
		err = c.StoragePoolCreate(p, golibvirt.StoragePoolCreateWithBuild)
	}
	if err != nil {
		return pool{}, err
	}
	return describePool(c, p)
}

func (h *Host) definePool(c *conn, name, path string) (golibvirt.StoragePool, error) {
	doc, err := (&libvirtxml.StoragePool{
		Type: "dir", Name: name,
		Target: &libvirtxml.StoragePoolTarget{Path: path},
	}).Marshal()
	if err != nil {
		return golibvirt.StoragePool{}, err
	}
	p, err := c.StoragePoolDefineXML(doc, 0)
	if err != nil {
		return p, err
	}
	h.log.Info("a storage pool has been made", "pool", name, "path", path)
	return p, c.StoragePoolSetAutostart(p, 1)
}

func describePool(c *conn, p golibvirt.StoragePool) (pool, error) {
	doc, err := c.StoragePoolGetXMLDesc(p, 0)
	if err != nil {
		return pool{}, err
	}
	var x libvirtxml.StoragePool
	if err := x.Unmarshal(doc); err != nil {
		return pool{}, err
	}
	if x.Target == nil || x.Target.Path == "" {
		return pool{}, unsupported("its pool " + p.Name + " has no folder")
	}
	return pool{p, strings.TrimSuffix(x.Target.Path, "/")}, nil
}

// refresh makes libvirt notice files that it has not made itself. It cannot while a volume is
// being written; that is no error.
func (p pool) refresh(c *conn) error {
	err := c.StoragePoolRefresh(p.StoragePool, 0)
	if isCode(err, golibvirt.ErrOperationInvalid) || isCode(err, golibvirt.ErrInternalError) && !c.isLost() {
		return nil
	}
	return err
}

// volumes lists the names in the pool that start with prefix.
func (p pool) volumes(c *conn, prefix string) ([]string, error) {
	all, _, err := c.StoragePoolListAllVolumes(p.StoragePool, 1, 0)
	var names []string
	for _, v := range all {
		if strings.HasPrefix(v.Name, prefix) {
			names = append(names, v.Name)
		}
	}
	return names, err
}

// volume describes one volume; ok is false when there is none.
func (p pool) volume(c *conn, name string) (v libvirtxml.StorageVolume, ok bool, err error) {
	vol, err := c.StorageVolLookupByName(p.StoragePool, name)
	if err == nil {
		var doc string
		if doc, err = c.StorageVolGetXMLDesc(vol, 0); err == nil {
			return v, true, v.Unmarshal(doc)
		}
	}
	if isCode(err, golibvirt.ErrNoStorageVol) {
		err = nil
	}
	return v, false, err
}

// create makes a volume.
func (p pool) create(c *conn, v libvirtxml.StorageVolume) error {
	doc, err := v.Marshal()
	if err != nil {
		return err
	}
	_, err = c.StorageVolCreateXML(p.StoragePool, doc, 0)
	return err
}

// touch makes an empty file, unless there is one.
func (p pool) touch(c *conn, name string) error {
	err := p.create(c, emptyVolume(name, "0600"))
	if isCode(err, golibvirt.ErrStorageVolExist) {
		err = nil
	}
	return err
}

// remove deletes volumes; one that does not exist is fine.
func (p pool) remove(c *conn, names ...string) error {
	for _, name := range names {
		vol, err := c.StorageVolLookupByName(p.StoragePool, name)
		if err == nil {
			err = c.StorageVolDelete(vol, golibvirt.StorageVolDeleteNormal)
		}
		if err != nil && !isCode(err, golibvirt.ErrNoStorageVol) {
			return err
		}
	}
	return nil
}

// emptyVolume describes a file of no bytes.
func emptyVolume(name, mode string) libvirtxml.StorageVolume {
	return libvirtxml.StorageVolume{
		Name:     name,
		Capacity: &libvirtxml.StorageVolumeSize{Value: 0},
		Target: &libvirtxml.StorageVolumeTarget{
			Format:      &libvirtxml.StorageVolumeTargetFormat{Type: "raw"},
			Permissions: &libvirtxml.StorageVolumeTargetPermissions{Mode: mode},
		},
	}
}
