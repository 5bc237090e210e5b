package control

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/workflows/configuration"
)

// ConfigureSystem changes what a system is to be. It is so from now on for whoever reads it; its guest gets at once,
// by a task of its own, what a guest can be given while it runs, and the rest when it next boots. Stale when revision
// is not the stored one.
func (c *Control) ConfigureSystem(ctx context.Context, asked Asked, s hawkfish.System, revision int64, change hawkfish.SystemChange) (hawkfish.System, error) {
	after, _, err := c.configure(ctx, asked, s, revision, change)
	return after, err
}

// configure tells also which task carries the change to the guest; the zero task: one that was waiting does, or none is needed.
func (c *Control) configure(ctx context.Context, asked Asked, s hawkfish.System, revision int64, change hawkfish.SystemChange) (hawkfish.System, hawkfish.Task, error) {
	carry, err := newTask(asked, s.ProjectID, hawkfish.OpConfigure, systemTarget(s), configuration.System{ID: s.ID})
	if err != nil {
		return s, carry, err
	}
	after, task, err := c.UpdateSystem(ctx, asked.By.Scope, s.ID, revision, change, carry)
	if err == nil && task.ID != "" {
		task, err = c.opened(task, nil)
	}
	return after, task, err
}

// HostOf returns the host that a system is placed on; the zero host: it has none yet.
func (c *Control) HostOf(ctx context.Context, s hawkfish.System) (hawkfish.Host, error) {
	if s.HostID == "" {
		return hawkfish.Host{}, nil
	}
	return c.FindHost(ctx, s.HostID)
}
