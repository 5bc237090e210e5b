// Package outbound says where HawkFish may connect to when a caller names the
// address, as in an image's URL or an event subscription's destination, and
// makes the connections. What is decided is the address that is really
// connected to, so that neither a name that resolves to two things nor a
// redirect leads elsewhere (server-side request forgery).
//
// It does not know what is sent or fetched.
package outbound

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish"
)

// Policy says which addresses may be connected to. The zero Policy allows all
// but loopback and those that are never allowed.
type Policy struct {
	// Any allows what the zero Policy allows besides what is listed; without it, a list allows nothing else.
	Any bool
	// Names are host names in lower case; "*.example.com" stands for all names below example.com.
	Names []string
	// Networks are the networks that may be reached; loopback only when one of them holds it.
	Networks []netip.Prefix
}

// ParsePolicy reads an allow-list of host names, addresses and networks (CIDR).
// "localhost" stands for the loopback networks, "*" for Any. An empty list is the zero Policy.
func ParsePolicy(allow []string) (Policy, error) {
	var p Policy
	for _, entry := range allow {
		if prefix, err := netip.ParsePrefix(entry); err == nil {
			p.Networks = append(p.Networks, prefix.Masked())
		} else if addr, err := netip.ParseAddr(entry); err == nil {
			p.Networks = append(p.Networks, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
		} else if entry == "*" {
			p.Any = true
		} else if name := canonical(entry); name == "localhost" {
			p.Networks = append(p.Networks, loopback...)
			p.Names = append(p.Names, name)
		} else if isName(strings.TrimPrefix(name, "*.")) {
			p.Names = append(p.Names, name)
		} else {
			return Policy{}, hawkfish.Refused("", entry, "neither a host name nor an address nor a network")
		}
	}
	return p, nil
}

// open reports whether addresses need not be listed.
func (p Policy) open() bool { return p.Any || len(p.Names) == 0 && len(p.Networks) == 0 }

// checkHost says what can be said of a URL's host before it is resolved.
func (p Policy) checkHost(host string) error {
	if addr, err := netip.ParseAddr(host); err == nil {
		return p.checkAddr("", addr)
	}
	name := canonical(host)
	switch {
	case !isName(name):
		return denied("not a host name")
	case isMetadataName(name):
		return denied("a metadata service is never allowed")
	case isLocalName(name) && !slices.ContainsFunc(p.Networks, isLoopback):
		return denied("this machine is not allowed")
	case !p.open() && !p.allowsName(name) && len(p.Networks) == 0:
		return denied("the host is not on the allow-list")
	}
	return nil
}

// checkAddr says whether addr, to which host has resolved, may be connected to.
func (p Policy) checkAddr(host string, addr netip.Addr) error {
	// An address can carry another one, and both are reached.
	reached := append(embedded(addr), addr.Unmap())
	for _, one := range reached {
		if why := neverAllowed(one); why != "" {
			return denied(why)
		}
		if one.IsLoopback() && !p.lists(one) {
			return denied("this machine is not allowed")
		}
	}
	if !p.open() && !p.allowsName(canonical(host)) && !slices.ContainsFunc(reached, p.lists) {
		return denied("the address is not on the allow-list")
	}
	return nil
}

func (p Policy) lists(addr netip.Addr) bool {
	return slices.ContainsFunc(p.Networks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

func (p Policy) allowsName(name string) bool {
	return slices.ContainsFunc(p.Names, func(allowed string) bool {
		if below, ok := strings.CutPrefix(allowed, "*"); ok {
			return strings.HasSuffix(name, below) && len(name) > len(below)
		}
		return name == allowed
	})
}

// canonical is a host name as names are compared: lower case, without the dot of the root.
func canonical(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }

// isName reports whether s consists of labels of letters, digits, hyphens and underscores.
func isName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

func denied(why string) error { return &Denial{Why: why} }

// Denial is the error of an address that the policy does not allow.
type Denial struct{ Why string }

func (d *Denial) Error() string { return "address refused: " + d.Why }
