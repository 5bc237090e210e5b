package host

import (
	"context"
	"errors"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/inventory"
)

// errRefused ends the service of a host that the fleet does not take, or takes another machine for.
var errRefused = errors.New("the fleet does not take this host")

// admitted announces the host until the fleet takes it; false: ctx has ended.
func (r *reporter) admitted(ctx context.Context) bool {
	for ctx.Err() == nil {
		err := r.announceOnce(ctx)
		if err == nil {
			return true
		}
		again := retryEvery
		switch {
		case ctx.Err() != nil:
			return false
		case hawkfish.KindOf(err) == hawkfish.Denied:
			again = announceEvery
			r.log.ErrorContext(ctx, "the host is not served: the fleet does not take it; register it, and give the worker its token (HAWKFISH_HOST_TOKENS)", "error", err)
		case hawkfish.KindOf(err) == hawkfish.Conflict:
			again = announceEvery
			r.log.ErrorContext(ctx, "the host is not served: another machine has its name; name one of them, such as HAWKFISH_LIBVIRT=NAME=URI", "error", err)
		default:
			r.log.WarnContext(ctx, "the host was not announced", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(again):
		}
	}
	return false
}

// announce says what the host has, and so that it lives, until ctx ends or the fleet refuses it.
func (r *reporter) announce(ctx context.Context) error {
	wait := announceEvery
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = announceEvery
		err := r.announceOnce(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
		case hawkfish.KindOf(err) == hawkfish.Conflict, hawkfish.KindOf(err) == hawkfish.Denied:
			return errRefused
		default:
			r.log.WarnContext(ctx, "the host was not announced", "error", err)
			wait = retryEvery
		}
	}
}

// announceOnce tells the fleet what the host is. That its hypervisor does not answer is told, too, and is the error then.
func (r *reporter) announceOnce(ctx context.Context) error {
	look, cancel := context.WithTimeout(ctx, announceEvery)
	defer cancel()
	a := hawkfish.Announcement{HostID: r.cfg.ID, URI: r.cfg.URI}
	facts, failure := r.cfg.Hypervisor.Facts(look)
	if failure != nil {
		a.Failure = string(hawkfish.KindOf(failure)) + ": " + hawkfish.Faults(failure)[0].Message
	} else {
		a.Facts = facts
		a.Facts.Software = append(a.Facts.Software, hawkfish.Software{ID: "hawkfish", Name: "HawkFish host worker", Vendor: "HawkFish", Version: r.cfg.Version})
	}
	if r.cfg.Token != "" {
		a.Proof = r.cfg.Token.Prove(a.HostID, a.Facts.Machine)
	}
	welcome, err := r.tell(ctx, a)
	if err != nil {
		if kind := hawkfish.KindOf(err); failure == nil || kind == hawkfish.Conflict || kind == hawkfish.Denied {
			return err
		}
	}
	if failure != nil {
		return failure
	}
	return r.letGo(ctx, welcome.Leftovers)
}

// letGo removes what the host has of systems that are no longer its own: their guests may run elsewhere.
func (r *reporter) letGo(ctx context.Context, left []hawkfish.Leftover) error {
	var faults []error
	var gone []string
	for _, l := range left {
		err := r.cfg.Hypervisor.Forget(ctx, l.SystemID)
		if err == nil && l.Disks {
			err = r.cfg.Hypervisor.DeleteDisks(ctx, l.SystemID)
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		gone = append(gone, l.SystemID)
		r.log.InfoContext(ctx, "the host has let go of a system that is no longer its own", "system_id", l.SystemID)
	}
	if len(gone) > 0 {
		faults = append(faults, r.clear(ctx, inventory.Cleared{HostID: r.cfg.ID, SystemIDs: gone}))
	}
	return errors.Join(faults...)
}
