package control

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/console"
)

// SerialOutput returns the last max bytes that the guest wrote to its serial
// port. It asks the host, and is the one read that waits for it: Unavailable
// when the host does not answer within seconds.
func (c *Control) SerialOutput(ctx context.Context, s hawkfish.System, max int) ([]byte, error) {
	if s.HostID == "" {
		return nil, nil
	}
	host, err := c.FindHost(ctx, s.HostID)
	if err != nil {
		return nil, err
	}
	if unreachable(host) {
		return nil, hawkfish.Down("host "+host.ID, nil)
	}
	return c.ReadSerial(ctx, host.ID, console.Tail{SystemID: s.ID, MaxBytes: max})
}
