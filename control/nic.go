package control

import (
	"context"
	"slices"

	"github.com/projectbeskar/hawkfish"
)

// AddNIC gives a system one more network interface. It returns the interface, with the address it has got, and the task that brings it to the
// guest; the zero task: one that was waiting does. properties says how a request names what may be wrong.
func (c *Control) AddNIC(ctx context.Context, asked Asked, s hawkfish.System, nic hawkfish.NIC, properties hawkfish.NICProperties) (hawkfish.NIC, hawkfish.Task, error) {
	on, err := c.HostOf(ctx, s)
	if err != nil {
		return nic, hawkfish.Task{}, err
	}
	var offered []string
	if on.ID != "" {
		offered = on.Facts.Networks
	}
	_, task, err := c.configure(ctx, asked, s, 0, func(s *hawkfish.System) (err error) {
		nic, err = s.AddNIC(nic, properties, offered)
		return err
	})
	return nic, task, err
}

// RemoveNIC takes a network interface from a system, by its address. To remove one that is going already changes nothing.
func (c *Control) RemoveNIC(ctx context.Context, asked Asked, s hawkfish.System, mac string) (hawkfish.Task, error) {
	_, task, err := c.configure(ctx, asked, s, 0, func(s *hawkfish.System) error {
		if s.Network != "" && s.MAC == mac {
			return &hawkfish.Error{
				Kind: hawkfish.Unsupported, Resource: "EthernetInterface", ID: mac, Message: "a system keeps its first interface, which it boots from the network by",
			}
		}
		s.Machine.NICs = slices.DeleteFunc(s.Machine.NICs, func(nic hawkfish.NIC) bool { return nic.MAC == mac })
		return nil
	})
	return task, err
}
