package libvirt

import (
	"net"
	"net/url"
	"path/filepath"
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

const defaultSocket = "/run/libvirt/libvirt-sock"

// defaultPorts are where libvirtd listens for each transport.
var defaultPorts = map[string]string{"tls": "16514", "tcp": "16509"}

// endpoint is where a libvirtd listens, and which of its drivers is meant.
type endpoint struct {
	network, address string // as for net.Dial
	driver           golibvirt.ConnectURI
}

// parseURI reads a libvirt URI (https://libvirt.org/uri.html) or a socket's path.
func parseURI(uri string) (endpoint, error) {
	if filepath.IsAbs(uri) {
		return endpoint{network: "unix", address: uri, driver: golibvirt.QEMUSystem}, nil
	}
	u, err := url.Parse(uri)
	if err != nil {
		return endpoint{}, badURI(uri, "it is no URI")
	}
	driver, transport, _ := strings.Cut(u.Scheme, "+")
	if driver == "" || u.Path == "" {
		return endpoint{}, badURI(uri, "it names no driver and path, such as qemu:///system")
	}
	at := endpoint{driver: golibvirt.ConnectURI(driver + "://" + u.Path)}
	switch {
	case transport == "tcp" && u.Hostname() != "":
		at.network, at.address = "tcp", hostPort(u)
	case (transport == "" || transport == "unix") && u.Host == "":
		at.network, at.address = "unix", orDefault(u.Query().Get("socket"), defaultSocket)
	default:
		return endpoint{}, badURI(uri, "only unix sockets and qemu+tcp://HOST/ are spoken")
	}
	return at, nil
}

// hostPort is the host and the port of a libvirt URI; empty: it names none.
func hostPort(u *url.URL) string {
	_, transport, _ := strings.Cut(u.Scheme, "+")
	port := orDefault(u.Port(), defaultPorts[transport])
	if u.Hostname() == "" || port == "" {
		return ""
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// dialAddress is where a libvirtd is dialled that has a URI, host:port; empty: the URI names none.
func dialAddress(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	return hostPort(u)
}

func badURI(uri, why string) error {
	return &hawkfish.Error{Kind: hawkfish.Invalid, Value: uri, Message: "libvirt URI: " + why}
}
