package libvirt

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

const (
	// agentPatience bounds each question to a guest's agent, in seconds. It answers within milliseconds, or not at all.
	agentPatience = 2
	// maxAddresses is how many addresses of an interface are kept.
	maxAddresses = 16
)

// listen adds what is known of a guest that runs. That a guest or a network does not answer is no failure: there is
// less to say of it.
func (h *Host) listen(c *conn, dom golibvirt.Domain, d inspected, i *hawkfish.Inventory) error {
	heard := map[string][]hawkfish.InterfaceAddress{}
	for _, nic := range i.Interfaces {
		found, err := leases(c, nic)
		if err != nil && c.isLost() {
			return err
		}
		heard[nic.MAC] = found
	}
	if agentIsThere(d) {
		said, err := h.askAgent(c, dom)
		if err != nil && c.isLost() {
			return err
		}
		if err != nil {
			h.log.Debug("a guest's agent does not answer", "system", i.SystemID, "error", err)
		}
		i.Guest.HostName = said.hostName
		for _, nic := range i.Interfaces {
			heard[nic.MAC] = together(said.addresses[nic.MAC], heard[nic.MAC])
		}
	}
	for n := range i.Interfaces {
		i.Interfaces[n].Addresses = heard[i.Interfaces[n].MAC]
	}
	return nil
}

// leases are the addresses that the network's DHCP server has given an interface.
func leases(c *conn, nic hawkfish.Interface) ([]hawkfish.InterfaceAddress, error) {
	if nic.Network == "" {
		return nil, nil
	}
	n, err := c.NetworkLookupByName(nic.Network)
	if err != nil {
		return nil, err
	}
	given, _, err := c.NetworkGetDhcpLeases(n, golibvirt.OptString{nic.MAC}, 1, 0)
	var found []hawkfish.InterfaceAddress
	for _, l := range given {
		if prefix, ok := parseAddress(l.Ipaddr, l.Prefix); ok && len(found) < maxAddresses {
			found = append(found, hawkfish.InterfaceAddress{Prefix: prefix, Leased: true})
		}
	}
	return ordered(found), err
}

// agentIsThere reports whether the guest has opened the agent's channel.
func agentIsThere(d inspected) bool {
	for _, ch := range d.Devices.Channels {
		if ch.Target != nil && ch.Target.VirtIO != nil && ch.Target.VirtIO.Name == "org.qemu.guest_agent.0" && ch.Target.VirtIO.State == "connected" {
			return true
		}
	}
	return false
}

// said is what an agent has said, cleaned.
type said struct {
	hostName  string
	addresses map[string][]hawkfish.InterfaceAddress // by MAC
}

// askAgent asks for the guest's name and addresses (virDomainGetGuestInfo, virDomainInterfaceAddresses).
func (h *Host) askAgent(c *conn, dom golibvirt.Domain) (said, error) {
	var s said
	if _, err := c.DomainAgentSetResponseTimeout(dom, agentPatience, 0); err != nil {
		return s, err
	}
	info, err := c.DomainGetGuestInfo(dom, uint32(golibvirt.DomainGuestInfoHostname), 0)
	if err != nil {
		return s, err
	}
	for _, p := range info {
		if name, ok := p.Value.I.(string); ok && p.Field == golibvirt.DomainGuestInfoHostnameHostname {
			s.hostName = parseHostName(name)
		}
	}
	interfaces, err := c.DomainInterfaceAddresses(dom, uint32(golibvirt.DomainInterfaceAddressesSrcAgent), 0)
	if err != nil {
		return s, err
	}
	s.addresses = map[string][]hawkfish.InterfaceAddress{}
	for _, nic := range interfaces {
		if len(nic.Hwaddr) == 0 {
			continue
		}
		mac := strings.ToLower(nic.Hwaddr[0])
		for _, a := range nic.Addrs {
			if prefix, ok := parseAddress(a.Addr, a.Prefix); ok && len(s.addresses[mac]) < maxAddresses {
				s.addresses[mac] = append(s.addresses[mac], hawkfish.InterfaceAddress{Prefix: prefix})
			}
		}
	}
	return s, nil
}

// hostName is what a host may be called (RFC 1123, and the underscore that some use).
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$`)

// parseHostName returns a name that a guest claims to have, or nothing when it cannot be one.
func parseHostName(claimed string) string {
	if !hostName.MatchString(claimed) || claimed == "localhost" {
		return ""
	}
	return claimed
}

// parseAddress reads an address that a guest claims to have. Those that mean nothing outside of the guest are left out.
func parseAddress(text string, bits uint32) (netip.Prefix, bool) {
	a, err := netip.ParseAddr(text)
	a = a.WithZone("").Unmap()
	if err != nil || a.IsLoopback() || a.IsUnspecified() || a.IsMulticast() || int(bits) > a.BitLen() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, int(bits)), true
}

// together is what the guest has; what of it was leased is marked. A lease that the guest does not have is an old one.
func together(has, leased []hawkfish.InterfaceAddress) []hawkfish.InterfaceAddress {
	if len(has) == 0 {
		return leased
	}
	for n := range has {
		has[n].Leased = slices.ContainsFunc(leased, func(l hawkfish.InterfaceAddress) bool { return l.Prefix.Addr() == has[n].Prefix.Addr() })
	}
	return ordered(has)
}

// ordered sorts addresses, so that a look which sees the same says the same.
func ordered(all []hawkfish.InterfaceAddress) []hawkfish.InterfaceAddress {
	slices.SortFunc(all, func(a, b hawkfish.InterfaceAddress) int { return a.Prefix.Compare(b.Prefix) })
	return slices.CompactFunc(all, func(a, b hawkfish.InterfaceAddress) bool { return a.Prefix == b.Prefix })
}
