package host

import (
	"context"
	"errors"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/inventory"
)

// errRefused ends the service of a host that the fleet takes another machine for.
var errRefused = errors.New("the fleet takes another machine for this host")

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
		case hawkfish.KindOf(err) == hawkfish.Conflict:
			return errRefused
		default:
			r.log.WarnContext(ctx, "the host was not announced", "error", err)
			wait = retryEvery
		}
	}
}

func (r *reporter) announceOnce(ctx context.Context) error {
	look, cancel := context.WithTimeout(ctx, announceEvery)
	defer cancel()
	facts, err := r.cfg.Hypervisor.Facts(look)
	if err != nil {
		return err // a host whose hypervisor does not answer is silent
	}
	facts.Software = append(facts.Software, hawkfish.Software{ID: "hawkfish", Name: "HawkFish host worker", Vendor: "HawkFish", Version: r.cfg.Version})
	return r.tell(ctx, inventory.Announcement{HostID: r.cfg.ID, URI: r.cfg.URI, Facts: facts})
}
