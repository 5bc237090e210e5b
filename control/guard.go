package control

import (
	"context"
	"log/slog"
	"time"

	"github.com/projectbeskar/hawkfish"
)

const (
	guardEvery = 5 * time.Second
	// suspectAgain is how long a host is left alone after it was found not to be dead, or could not be switched off.
	suspectAgain = time.Minute
	fleetItself  = "hawkfish" // who asks for what nobody has asked for
)

// GuardHosts has hosts fenced that are Unreachable, where their Fencing is Automatic, until ctx ends. Any number may run.
func (c *Control) GuardHosts(ctx context.Context, log *slog.Logger) error {
	for {
		if err := c.guard(ctx, log); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "hosts that may be dead could not be looked at", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(guardEvery):
		}
	}
}

func (c *Control) guard(ctx context.Context, log *slog.Logger) error {
	hosts, err := c.ListHosts(ctx)
	if err != nil {
		return err
	}
	for _, h := range hosts {
		if h.State != hawkfish.HostUnreachable || !h.Fencing.Automatic || h.SeenAt.IsZero() {
			continue
		}
		tried, err := c.suspected(ctx, h)
		if err != nil {
			return err
		}
		if tried {
			continue
		}
		asked := Asked{By: hawkfish.Actor{UserName: fleetItself, Scope: hawkfish.Scope{All: true}}}
		t, err := c.fence(ctx, asked, h, hawkfish.FenceOrder{Suspected: true})
		if err != nil {
			return err
		}
		log.WarnContext(ctx, "a host that may be dead is looked at, and fenced when it is", "host_id", h.ID, "task_id", t.ID)
	}
	return nil
}

// suspected reports whether a host is being fenced, or was tried to be a short while ago.
func (c *Control) suspected(ctx context.Context, h hawkfish.Host) (bool, error) {
	last, ok, err := c.lastTask(ctx, hawkfish.OpFence, hostTarget(h.ID))
	return ok && (!last.Ended() || time.Since(last.EndedAt) < suspectAgain), err
}
