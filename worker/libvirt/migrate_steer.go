package libvirt

import (
	"context"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// steer sets what can only be set of a transfer that is under way, and does what its policy says when it has not converged in time.
func (t *transfer) steer(ctx context.Context, j job) error {
	if t.MaxDowntimeMs > 0 && !t.limited {
		if err := t.TuneMigration(ctx, t.Guest.ID, 0, t.MaxDowntimeMs); err != nil && hawkfish.KindOf(err) != hawkfish.Conflict {
			return err
		}
		t.limited = true
	}
	if sent := j.MemoryDone + j.DiskDone; sent != t.sent || t.moved.IsZero() {
		t.sent, t.moved = sent, time.Now()
	} else if time.Since(t.moved) > t.cfg.SlowDeadline && !j.PostCopy { // the other host is gone, and nobody has told libvirtd
		t.log.Warn("a transfer stands still and is ended", "system", t.Guest.ID)
		if err := t.withDomain(ctx, (*conn).abortJob); err != nil {
			return err
		}
		t.moved = time.Now()
	}
	// A disk that is still being copied is not what a policy for memory can help. A worker that has taken over counts from what libvirt says.
	late := max(time.Since(t.began), j.Elapsed) > t.Deadline()
	if t.cold() || t.forced || !late {
		return nil
	}
	t.forced = true
	return t.withDomain(ctx, t.force)
}

// withDomain does something to a transfer. That it has just ended is no failure.
func (t *transfer) withDomain(ctx context.Context, do func(*conn, golibvirt.Domain) error) error {
	_, err := ask(ctx, t.Host, func(c *conn) (struct{}, error) {
		dom, err := c.DomainLookupByUUID(t.id)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, do(c, dom)
	})
	if kind := hawkfish.KindOf(err); err != nil && (kind == hawkfish.Conflict || kind == hawkfish.NotFound) {
		return nil
	}
	return err
}

func (c *conn) abortJob(dom golibvirt.Domain) error { return c.DomainAbortJob(dom) }

// force applies the policy for guests that do not converge.
func (t *transfer) force(c *conn, dom golibvirt.Domain) error {
	t.log.Info("a guest does not converge", "system", t.Guest.ID, "policy", string(t.IfNotConverged))
	switch t.IfNotConverged {
	case hawkfish.ConvergePostCopy:
		return c.DomainMigrateStartPostCopy(dom, 0)
	case hawkfish.ConvergePause: // it goes on when it has arrived
		return c.DomainSuspend(dom)
	}
	t.gaveUp = true
	return c.abortJob(dom)
}

// TuneMigration changes the limits of a transfer under way (virDomainMigrateSetMaxSpeed, virDomainMigrateSetMaxDowntime).
func (h *Host) TuneMigration(ctx context.Context, systemID string, bandwidthMiBps, maxDowntimeMs int64) error {
	id, err := parseID(systemID)
	if err != nil {
		return err
	}
	_, err = ask(ctx, h, func(c *conn) (struct{}, error) {
		standing, err := h.standing(c, id)
		if err == nil && standing != hawkfish.StandsSending {
			err = &hawkfish.Error{Kind: hawkfish.Conflict, Message: "it is not being transferred from here"}
		}
		if err != nil {
			return struct{}{}, err
		}
		dom, err := c.DomainLookupByUUID(id)
		if err == nil && bandwidthMiBps > 0 {
			err = c.DomainMigrateSetMaxSpeed(dom, uint64(bandwidthMiBps), 0)
		}
		if err == nil && maxDowntimeMs > 0 {
			err = c.DomainMigrateSetMaxDowntime(dom, uint64(maxDowntimeMs), 0)
		}
		return struct{}{}, err
	})
	_, err = about(systemID, struct{}{}, err)
	return err
}
