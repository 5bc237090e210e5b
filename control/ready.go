package control

import (
	"context"
	"time"
)

const (
	progressDeadline = 500 * time.Millisecond // a task's progress is not worth waiting for
	readyDeadline    = 2 * time.Second
)

// Ready says which dependencies do not answer, by name; an empty map means
// ready. A fleet without a host that lives cannot do what it is for.
func (c *Control) Ready(ctx context.Context) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, readyDeadline)
	defer cancel()
	down := map[string]string{}
	if err := c.Engine.Healthy(ctx); err != nil {
		down["temporal"] = "does not answer"
	}
	hosts, err := c.ListHosts(ctx)
	if err != nil {
		down["database"] = "does not answer"
		return down
	}
	for _, h := range hosts {
		if !unreachable(h) {
			return down
		}
	}
	down["hosts"] = "no host worker has reported lately"
	return down
}
