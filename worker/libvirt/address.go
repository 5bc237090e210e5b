package libvirt

import (
	"net"
	"net/url"
	"strings"
)

// defaultPorts are where libvirtd listens for each transport (https://libvirt.org/uri.html).
var defaultPorts = map[string]string{"tls": "16514", "tcp": "16509", "ssh": "22"}

// dialAddress is the host and the port of a libvirt URI; empty: it names none.
func dialAddress(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	port := u.Port()
	if port == "" {
		_, transport, _ := strings.Cut(u.Scheme, "+")
		port = defaultPorts[transport]
	}
	if port == "" {
		return ""
	}
	return net.JoinHostPort(u.Hostname(), port)
}
