package libvirt

import (
	"net"
	"net/netip"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"
)

// tryNetwork does what ensureNetwork does. A host without its network is still
// of use to guests that do not need it, so that it cannot be made is only logged, once for each reason.
func (h *Host) tryNetwork(c *conn) {
	reason := ""
	err := h.ensureNetwork(c)
	if err != nil {
		reason = err.Error()
	}
	if last := h.noNetwork.Swap(&reason); err != nil && (last == nil || *last != reason) {
		h.log.Warn("the NAT network cannot be made", "network", h.cfg.Network, "error", err)
	}
}

// ensureNetwork makes the configured NAT network where it is missing, and starts it.
func (h *Host) ensureNetwork(c *conn) error {
	if h.cfg.Network == "" {
		return nil
	}
	if err := h.setup.take(c); err != nil {
		return err
	}
	defer h.setup.give()
	n, err := c.NetworkLookupByName(h.cfg.Network)
	if isCode(err, golibvirt.ErrNoNetwork) {
		n, err = h.defineNetwork(c)
	}
	if err != nil {
		return err
	}
	active, err := c.NetworkIsActive(n)
	if err != nil || active != 0 {
		return err
	}
	return c.NetworkCreate(n)
}

func (h *Host) defineNetwork(c *conn) (golibvirt.Network, error) {
	doc, err := networkXML(h.cfg.Network, h.cfg.NetworkPrefix)
	if err != nil {
		return golibvirt.Network{}, err
	}
	n, err := c.NetworkDefineXML(doc)
	if err != nil {
		return n, err
	}
	h.log.Info("a NAT network has been made", "network", h.cfg.Network, "prefix", h.cfg.NetworkPrefix)
	return n, c.NetworkSetAutostart(n, 1)
}

// networkXML describes a NAT network with DHCP: its first address is the
// host's, the others but the last are the guests'. libvirt chooses the bridge.
func networkXML(name string, prefix netip.Prefix) (string, error) {
	prefix = prefix.Masked()
	gateway := prefix.Addr().Next()
	mask := net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())
	n := libvirtxml.Network{
		Name:    name,
		Forward: &libvirtxml.NetworkForward{Mode: "nat"},
		Bridge:  &libvirtxml.NetworkBridge{STP: "on", Delay: "0"},
		IPs: []libvirtxml.NetworkIP{{
			Address: gateway.String(),
			Netmask: net.IP(mask).String(),
			DHCP: &libvirtxml.NetworkDHCP{Ranges: []libvirtxml.NetworkDHCPRange{{
				Start: gateway.Next().String(),
				End:   lastGuest(prefix).String(),
			}}},
		}},
	}
	return n.Marshal()
}

// lastGuest is the address before the broadcast address of an IPv4 prefix.
func lastGuest(prefix netip.Prefix) netip.Addr {
	a := prefix.Addr().As4()
	for bit := prefix.Bits(); bit < 32; bit++ {
		a[bit/8] |= 1 << (7 - bit%8)
	}
	return netip.AddrFrom4(a).Prev()
}
