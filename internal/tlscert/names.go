package tlscert

import (
	"net"
	"net/netip"
	"os"
	"slices"
)

// Names lists what clients may call a service that listens at address ("host:port"): its host, this machine's
// name, its loopback addresses, the other names given, and, when the host means every
// address, the addresses of all interfaces.
func Names(address string, more ...string) []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range more {
		add(name)
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	addr, err := netip.ParseAddr(host)
	every := host == "" || err == nil && addr.IsUnspecified()
	if !every {
		add(host)
	}
	add("localhost")
	add("127.0.0.1")
	add("::1")
	if machine, err := os.Hostname(); err == nil {
		add(machine)
	}
	if every {
		addrs, _ := net.InterfaceAddrs() // none: the names above must do
		for _, a := range addrs {
			if network, ok := a.(*net.IPNet); ok && network.IP.IsGlobalUnicast() {
				add(network.IP.String())
			}
		}
	}
	return names
}
