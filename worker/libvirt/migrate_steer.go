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
	// A disk that is still being copied is not what a policy for memory can help. A worker that has taken over counts from what libvirt says.
	late := max(time.Since(t.began), j.Elapsed) > t.Deadline()
	if t.cold() || t.forced || !late {
		return nil
	}
	t.forced = true
	_, err := ask(ctx, t.Host, func(c *conn) (struct{}, error) {
		dom, err := c.DomainLookupByUUID(t.id)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.force(c, dom)
	})
	if kind := hawkfish.KindOf(err); err != nil && (kind == hawkfish.Conflict || kind == hawkfish.NotFound) { // it has just ended
		return nil
	}
	return err
}

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
	return c.DomainAbortJob(dom)
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
