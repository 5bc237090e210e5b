package libvirt

import (
	"context"
	"errors"
	"slices"
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// A guest goes to another host by a peer-to-peer migration: its libvirtd talks to the other one, so that a transfer outlives the worker
// that has asked for it. What the pool has of the system for that:
//
//   - ID.offer-TASK, an empty volume that the old host makes: a host that sees it has the same storage.
//   - ID.landing, an empty volume that the new host makes before it makes a disk of its own. Nothing is ever removed from a pool
//     on behalf of a migration that failed, unless this says that a migration has put it there.
const (
	offerInfix    = ".offer-"
	landingSuffix = ".landing"
)

func offerVolume(p hawkfish.Passage) string { return p.Guest.ID + offerInfix + p.ID }

// keptByMigrations are volumes of a system that a migration goes on needing.
func keptByMigrations(name string) bool {
	return strings.HasSuffix(name, landingSuffix) || strings.Contains(name, offerInfix)
}

func landingVolume(systemID string) string { return systemID + landingSuffix }

// OfferMigration looks whether a guest can leave, and makes the volume by which its storage is known.
func (h *Host) OfferMigration(ctx context.Context, p hawkfish.Passage) (hawkfish.Departing, error) {
	id, err := parseID(p.Guest.ID)
	if err != nil {
		return hawkfish.Departing{}, err
	}
	from, err := work(ctx, h, func(c *conn) (hawkfish.Departing, error) {
		g, err := h.look(c, id)
		if err != nil {
			return hawkfish.Departing{}, err
		}
		pool, err := h.openDisks(c)
		if err != nil {
			return hawkfish.Departing{}, err
		}
		cache, err := h.openPool(c)
		if err != nil {
			return hawkfish.Departing{}, err
		}
		m, _ := h.registry.read(g.record)
		if err := stays(g, m); err != nil {
			return hawkfish.Departing{}, err
		}
		from := hawkfish.Departing{Token: offerVolume(p), Folder: pool.dir, Cache: cache.dir}
		if from.Media, err = mediaOf(c, g.Domain); err != nil {
			return from, err
		}
		return from, pool.touch(c, from.Token)
	})
	return about(p.Guest.ID, from, err)
}

// stays says all that keeps a guest from leaving its host.
func stays(g guest, m mark) error {
	var faults []error
	object := func(is bool, kind hawkfish.Kind, why string) {
		if is {
			faults = append(faults, &hawkfish.Error{Kind: kind, Resource: "ComputerSystem", ID: g.id, Message: why})
		}
	}
	object(m.Adopted != "", hawkfish.Unsupported, "an adopted system is not brought to another host: its files are not HawkFish's")
	object(g.Cause == hawkfish.CauseSuspended, hawkfish.Conflict, "the guest's memory is saved on its host; start it, or switch it off")
	object(g.Cause == hawkfish.CauseIOError, hawkfish.Conflict, "the guest is paused because a disk fails")
	snapshots, err := g.c.DomainSnapshotNum(g.Domain, 0)
	object(err == nil && snapshots > 0, hawkfish.Conflict, "the guest has snapshots on its host")
	return errors.Join(append(faults, err)...)
}

// mediaOf returns the files in a guest's drives that HawkFish has put there.
func mediaOf(c *conn, dom golibvirt.Domain) (map[hawkfish.MediaSlot]string, error) {
	d, err := describeDomain(c, dom, 0)
	if err != nil {
		return nil, err
	}
	found := map[hawkfish.MediaSlot]string{}
	for _, disk := range d.Devices.Disks {
		if disk.Source == nil || disk.Source.File == nil || !isMedium(disk.Source.File.File) {
			continue
		}
		for slot, target := range mediaTargets {
			if disk.Target != nil && disk.Target.Dev == target {
				found[slot] = disk.Source.File.File
			}
		}
	}
	return found, nil
}

// PrepareMigration makes place for a guest. Where the hosts share their storage there is nothing to make.
func (h *Host) PrepareMigration(ctx context.Context, p hawkfish.Passage, from hawkfish.Departing) (hawkfish.Landing, error) {
	id, err := parseID(p.Guest.ID)
	if err != nil {
		return hawkfish.Landing{}, err
	}
	to := hawkfish.Landing{URI: h.cfg.MigrationURI, Media: map[hawkfish.MediaSlot]string{}}
	there, err := work(ctx, h, func(c *conn) (bool, error) {
		pool, err := h.openDisks(c)
		if err == nil {
			err = pool.refresh(c)
		}
		if err != nil {
			return false, err
		}
		if _, to.Shared, err = pool.volume(c, from.Token); err != nil {
			return false, err
		}
		h.tryNetwork(c)
		standing, err := h.standing(c, id)
		if err != nil {
			return false, err
		}
		if standing == hawkfish.StandsHere || standing == hawkfish.StandsHalfCome || standing == hawkfish.StandsIncoming {
			return true, nil
		}
		if err := h.refuses(c, pool, p, from, to); err != nil {
			return false, err
		}
		return false, h.bring(c, p, from, &to)
	})
	if err == nil && !there && !to.Shared && to.Ready() {
		err = h.makeLanding(ctx, p)
	}
	return about(p.Guest.ID, to, err)
}

// refuses says all that keeps a guest from coming.
func (h *Host) refuses(c *conn, pool pool, p hawkfish.Passage, from hawkfish.Departing, to hawkfish.Landing) error {
	var faults []error
	object := func(is bool, kind hawkfish.Kind, why string) {
		if is {
			faults = append(faults, &hawkfish.Error{Kind: kind, Resource: "Host", ID: p.To, Message: "host " + p.To + ": " + why})
		}
	}
	g := p.Guest
	object(h.cfg.MigrationURI == "", hawkfish.Unsupported, "nothing says where other hosts reach its libvirt (HAWKFISH_MIGRATION_URI)")
	object(pool.dir != from.Folder, hawkfish.Unsupported, "its pool is in another folder than that of the host that the system leaves")
	object(p.CopyStorage != nil && *p.CopyStorage && to.Shared, hawkfish.Conflict, "the disk cannot be copied: both hosts have it")
	object(p.CopyStorage != nil && !*p.CopyStorage && !to.Shared, hawkfish.Conflict, "the disk has to be copied: this host does not reach it")
	for _, nic := range g.NICs() {
		net, err := c.NetworkLookupByName(nic.Network)
		var active int32
		if err == nil {
			active, err = c.NetworkIsActive(net)
		}
		if err != nil && !isCode(err, golibvirt.ErrNoNetwork) {
			return err
		}
		object(err != nil || active == 0, hawkfish.Conflict, "it has no active network "+nic.Network)
	}
	dom, err := c.DomainLookupByName(g.Name)
	switch id, _ := parseID(g.ID); {
	case err == nil:
		object(dom.UUID != id, hawkfish.Exists, "another domain on it has the name "+g.Name)
	case !isCode(err, golibvirt.ErrNoDomain):
		return err
	}
	_, disk, err := pool.volume(c, g.ID+diskSuffix)
	if err != nil {
		return err
	}
	_, landing, err := pool.volume(c, landingVolume(g.ID))
	object(to.Shared && !disk, hawkfish.Conflict, "it has the same storage, but not the system's disk")
	object(!to.Shared && disk && !landing, hawkfish.Conflict, "it has a disk of the system that no migration has put there; remove "+pool.path(g.ID+diskSuffix))
	return errors.Join(append(faults, err)...)
}

// bring sees which of what the guest needs is in the cache.
func (h *Host) bring(c *conn, p hawkfish.Passage, from hawkfish.Departing, to *hawkfish.Landing) error {
	cache, err := h.openPool(c)
	if err != nil {
		return err
	}
	if cache.dir != from.Cache {
		return &hawkfish.Error{Kind: hawkfish.Unsupported, Resource: "Host", ID: p.To, Message: "host " + p.To + ": it keeps images in another folder than the host that the system leaves"}
	}
	if digest := p.Guest.Image.SHA256; digest != "" {
		image, err := cache.image(c, digest)
		if err != nil {
			return err
		}
		to.NeedsImage = image.marker == ""
	}
	for slot, drive := range p.Guest.Machine.Media {
		if drive.Medium == nil || from.Media[slot] == "" {
			continue
		}
		found, err := cache.findMedium(c, func(s mediaState) bool { return s.SHA256 == drive.Medium.SHA256 })
		if err != nil {
			return err
		}
		if found.id == "" {
			to.NeedsMedia = append(to.NeedsMedia, slot)
			continue
		}
		h.shelf.want(found.id) // that it is not swept
		to.Media[slot] = cache.path(mediaVolume(found.id))
	}
	slices.Sort(to.NeedsMedia)
	return nil
}

// makeLanding makes the files that the guest needs and the transfer fills: they are made anew, so that nothing of an earlier transfer is left in them.
func (h *Host) makeLanding(ctx context.Context, p hawkfish.Passage) error {
	g := p.Guest
	_, err := work(ctx, h, func(c *conn) (struct{}, error) {
		pool, err := h.openDisks(c)
		if err != nil {
			return struct{}{}, err
		}
		if err := pool.touch(c, landingVolume(g.ID)); err != nil {
			return struct{}{}, err
		}
		if err := h.dropDefinition(c, g.ID); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, pool.removeOf(c, g.ID, keptByMigrations)
	})
	if err == nil {
		err = h.CreateDisk(ctx, g)
	}
	if err != nil || g.Seed == nil {
		return err
	}
	_, err = work(ctx, h, func(c *conn) (string, error) {
		pool, err := h.openDisks(c)
		if err != nil {
			return "", err
		}
		return h.putSeed(c, pool, g)
	})
	return err
}

// dropDefinition removes what is left of an earlier stay: a definition whose guest does not run.
func (h *Host) dropDefinition(c *conn, systemID string) error {
	id, err := parseID(systemID)
	if err != nil {
		return err
	}
	if err := h.mustBeOff(c, systemID); err != nil {
		return err
	}
	h.registry.forget(id)
	return c.undefine(id, forgetFlags)
}
