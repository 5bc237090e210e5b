package control

import (
	"context"

	"github.com/projectbeskar/hawkfish"
)

// ClearSystemLog forgets the entries of one log of a system; another of its logs tells who did it.
func (c *Control) ClearSystemLog(ctx context.Context, asked Asked, s hawkfish.System, log hawkfish.LogName) error {
	return c.ClearLog(ctx, asked.By.Scope, s.ID, log, asked.By.UserName)
}
