package outbound

import (
	"net/netip"
	"slices"
	"strings"
)

var loopback = prefixes("127.0.0.0/8", "::1/128")

// isLoopback reports whether a network has addresses of this machine.
func isLoopback(n netip.Prefix) bool { return slices.ContainsFunc(loopback, n.Overlaps) }

// never lists what no allow-list opens, and why.
var never = []struct {
	why      string
	networks []netip.Prefix
}{
	{"an unspecified address", prefixes("0.0.0.0/8", "::/128")},
	// RFC 3927, RFC 4291 section 2.5.6; 169.254.169.254 is every cloud's metadata service.
	{"a link-local address is never allowed", prefixes("169.254.0.0/16", "fe80::/10")},
	{"a multicast address is never allowed", prefixes("224.0.0.0/4", "ff00::/8")},
	{"a reserved address is never allowed", prefixes("240.0.0.0/4")}, // RFC 1112 section 4; broadcast among them
	// Metadata services that are not link-local: AWS, Google, Alibaba, Oracle, Azure.
	{"a metadata service is never allowed", prefixes("fd00:ec2::254/128", "fd20:ce::254/128",
		"100.100.100.200/32", "192.0.0.192/32", "168.63.129.16/32")},
}

// neverAllowed says why an address is refused whatever the allow-list; empty: it is not.
func neverAllowed(addr netip.Addr) string {
	if !addr.IsValid() {
		return "not an address"
	}
	if addr.Zone() != "" {
		return "an address with a zone is never allowed"
	}
	for _, n := range never {
		if slices.ContainsFunc(n.networks, func(p netip.Prefix) bool { return p.Contains(addr) }) {
			return n.why
		}
	}
	return ""
}

// carriers are networks whose addresses carry an IPv4 address, from which byte on.
var carriers = []struct {
	network netip.Prefix
	at      int
}{
	{netip.MustParsePrefix("::/96"), 12},          // IPv4-compatible, RFC 4291 section 2.5.5.1
	{netip.MustParsePrefix("64:ff9b::/96"), 12},   // NAT64, RFC 6052
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12}, // local NAT64, RFC 8215; its usual /96
	{netip.MustParsePrefix("2002::/16"), 2},       // 6to4, RFC 3056
}

// embedded lists the IPv4 addresses that an IPv6 address carries.
func embedded(addr netip.Addr) []netip.Addr {
	if !addr.Is6() || addr.Is4In6() || addr.IsLoopback() || addr.IsUnspecified() {
		return nil
	}
	var inner []netip.Addr
	bytes := addr.As16()
	for _, c := range carriers {
		if c.network.Contains(addr.WithZone("")) {
			inner = append(inner, netip.AddrFrom4([4]byte(bytes[c.at:c.at+4])))
		}
	}
	return inner
}

// metadataNames are what clouds call their metadata services.
var metadataNames = []string{"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal", "metadata.azure.internal", "metadata.tencentyun.com"}

func isMetadataName(name string) bool { return slices.Contains(metadataNames, name) }

// isLocalName reports whether a name is this machine's by definition (RFC 6761 section 6.3).
func isLocalName(name string) bool {
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}

func prefixes(all ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(all))
	for i, s := range all {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}
