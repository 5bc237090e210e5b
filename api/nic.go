package api

import (
	"github.com/projectbeskar/hawkfish"
)

// nicView is a network interface that a system has, or is to have, beside its first one.
type nicView struct {
	MACAddress       string `json:"MACAddress" validate:"max=17"` // left out: that of an interface of the same network, or a new one
	Network          string `json:"Network" validate:"required,min=1,max=255"`
	InterfaceEnabled *bool  `json:"InterfaceEnabled"` // false: its cable is pulled; left out: true
}

// nicsAt is where they stand in a request.
const nicsAt = "/Oem/HawkFish/AdditionalInterfaces"

// setNICs replaces the interfaces beside the first one. nil: they are not spoken of.
func setNICs(s *hawkfish.System, views *[]nicView, on hawkfish.Host, at string) error {
	if views == nil {
		return nil
	}
	var wanted []hawkfish.NIC
	for _, v := range *views {
		wanted = append(wanted, hawkfish.NIC{
			MAC: v.MACAddress, Network: v.Network, Down: v.InterfaceEnabled != nil && !*v.InterfaceEnabled,
		})
	}
	var offered []string
	if on.ID != "" {
		offered = on.Facts.Networks
	}
	return s.SetNICs(wanted, at, offered)
}

func showNICs(nics []hawkfish.NIC) []nicView {
	views := []nicView{}
	for _, nic := range nics {
		up := !nic.Down
		views = append(views, nicView{MACAddress: nic.MAC, Network: nic.Network, InterfaceEnabled: &up})
	}
	return views
}
