package libvirt

import (
	"context"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// SettleMigration makes a guest that has come to the host one of its own.
func (h *Host) SettleMigration(ctx context.Context, p hawkfish.Passage) (hawkfish.Arrival, error) {
	id, err := parseID(p.Guest.ID)
	if err != nil {
		return hawkfish.Arrival{}, err
	}
	h.registry.forget(id) // what it was like when it was on its way is no longer true
	var result hawkfish.MigrationResult
	seen, err := h.withPower(ctx, p.Guest.ID, func(g guest) error {
		if g.isOn() {
			j, err := endedJob(g.c, g.Domain)
			if err != nil {
				return err
			}
			result = hawkfish.MigrationResult{
				Downtime: time.Duration(j.downtime) * time.Millisecond, Total: j.Elapsed, MemoryBytes: j.MemoryDone, DiskBytes: j.DiskDone,
			}
			if p.Mode == hawkfish.MigrateCold && g.IsPaused() {
				err = h.destroy(g)
			} else {
				err = h.arm(ctx, g)
			}
			if err != nil {
				return err
			}
		}
		if err := h.settle(g); err != nil {
			return err
		}
		pool, err := h.openDisks(g.c)
		if err == nil {
			err = pool.refresh(g.c) // libvirt has made files that it does not count among its volumes
		}
		if err == nil {
			err = pool.remove(g.c, landingVolume(p.Guest.ID))
		}
		return err
	})
	return hawkfish.Arrival{Seen: seen, Result: result}, err
}

// settle notes that the mark is now heeded by this host.
func (h *Host) settle(g guest) error {
	m, _ := h.registry.read(g.record)
	boot := h.bootID()
	if m.Restore == "" || boot == "" || m.HostBoot == boot {
		return nil
	}
	h.registry.change(g.record, func(m *mark) { m.HostBoot = boot })
	return h.save(g.c, g.Domain, g.record)
}

// CleanMigration removes what a migration has put on the host and nothing else.
func (h *Host) CleanMigration(ctx context.Context, systemID string) error {
	id, err := parseID(systemID)
	if err != nil {
		return err
	}
	_, err = work(ctx, h, func(c *conn) (struct{}, error) {
		standing, err := h.standing(c, id)
		if err != nil {
			return struct{}{}, err
		}
		switch standing {
		case hawkfish.StandsIncoming:
			dom, err := c.DomainLookupByUUID(id)
			if err == nil {
				err = c.DomainDestroyFlags(dom, golibvirt.DomainDestroyDefault)
			}
			if err != nil && !isCode(err, golibvirt.ErrNoDomain) && !isCode(err, golibvirt.ErrOperationInvalid) {
				return struct{}{}, err
			}
		case hawkfish.StandsNowhere, hawkfish.StandsOff, hawkfish.StandsSent:
		default:
			return struct{}{}, &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the guest is here: nothing of it is removed"}
		}
		if err := h.dropDefinition(c, systemID); err != nil {
			return struct{}{}, err
		}
		h.registry.forget(id)
		pool, err := h.openDisks(c)
		if err != nil {
			return struct{}{}, err
		}
		landing := landingVolume(systemID)
		if _, ok, err := pool.volume(c, landing); err != nil || !ok {
			return struct{}{}, err
		}
		if err := pool.removeOf(c, systemID, keptByMigrations); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, pool.remove(c, landing)
	})
	_, err = about(systemID, struct{}{}, err)
	return err
}

// ForgetMigrated removes what is left of a guest that has gone.
func (h *Host) ForgetMigrated(ctx context.Context, systemID string, shared bool) error {
	if err := h.Forget(ctx, systemID); err != nil {
		return err
	}
	if !shared {
		return h.DeleteDisks(ctx, systemID)
	}
	_, err := work(ctx, h, func(c *conn) (struct{}, error) {
		pool, err := h.openDisks(c)
		if err != nil {
			return struct{}{}, err
		}
		offers, err := pool.volumes(c, systemID+offerInfix)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, pool.remove(c, offers...)
	})
	_, err = about(systemID, struct{}{}, err)
	return err
}
