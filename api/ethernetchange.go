package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// newEthernet is what it takes to give a system one more interface.
type newEthernet struct {
	MACAddress       string          `json:"MACAddress" validate:"max=17"` // left out: a new one
	InterfaceEnabled *bool           `json:"InterfaceEnabled"`             // false: its cable is pulled; left out: true
	Oem              *newEthernetOem `json:"Oem" validate:"required"`
}

type newEthernetOem struct {
	HawkFish *newEthernetOn `json:"HawkFish" validate:"required"`
}

type newEthernetOn struct {
	Network string `json:"Network" validate:"required,min=1,max=255"`
}

var newEthernetProperties = hawkfish.NICProperties{MAC: "/MACAddress", Network: "/Oem/HawkFish/Network"}

func addEthernet(c *control.Control) redfish.Create {
	find := findStock(c)
	return redfish.Creates(func(ctx context.Context, req *redfish.Request, p newEthernet) (redfish.Result, error) {
		s, err := find(ctx, req)
		if err == nil && !req.Permitted().Sees(s.ProjectID) {
			err = &hawkfish.Error{Kind: hawkfish.Denied, Resource: "ComputerSystem", ID: s.ID}
		}
		if err != nil {
			return redfish.Result{}, err
		}
		nic := hawkfish.NIC{MAC: p.MACAddress, Network: p.Oem.HawkFish.Network, Down: p.InterfaceEnabled != nil && !*p.InterfaceEnabled}
		nic, task, err := c.AddNIC(ctx, asked(req), s.System, nic, newEthernetProperties)
		if err != nil || task.ID != "" {
			return accepted(task, err)
		}
		// A task that has not begun brings it with what it brings already.
		return redfish.Created("EthernetInterface", part[hawkfish.Interface]{s, hawkfish.Interface{MAC: nic.MAC, Network: nic.Network, Down: nic.Down}}), nil
	})
}

func removeEthernet(c *control.Control) func(context.Context, *redfish.Request, part[hawkfish.Interface]) (redfish.Result, error) {
	return func(ctx context.Context, req *redfish.Request, s part[hawkfish.Interface]) (redfish.Result, error) {
		task, err := c.RemoveNIC(ctx, asked(req), s.System, s.it.MAC)
		if err != nil || task.ID != "" {
			return accepted(task, err)
		}
		return redfish.Done(), nil
	}
}
