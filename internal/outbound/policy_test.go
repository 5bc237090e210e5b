package outbound

import (
	"net/netip"
	"net/url"
	"testing"
)

func parse(t *testing.T, allow ...string) Policy {
	t.Helper()
	p, err := ParsePolicy(allow)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAddressesNeverAllowed(t *testing.T) {
	t.Parallel()
	everything := parse(t, "0.0.0.0/0", "::/0", "example.com")
	for _, addr := range []string{
		"0.0.0.0", "0.1.2.3", "::", "169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "febf::1",
		"224.0.0.1", "239.255.255.250", "ff02::1", "255.255.255.255", "240.0.0.1",
		"fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16",
		"::ffff:169.254.169.254", "::ffff:0.0.0.0", "::169.254.169.254", "64:ff9b::a9fe:a9fe",
		"64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::1", "2001:db8::1%eth0",
	} {
		for _, p := range []Policy{{}, everything} {
			if err := p.checkAddr("example.com", netip.MustParseAddr(addr)); err == nil {
				t.Errorf("%s is allowed by %+v", addr, p)
			}
		}
	}
}

func TestAllowList(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		allow      []string
		host, addr string
		ok         bool
	}{
		{nil, "example.com", "93.184.216.34", true},
		{nil, "example.com", "10.1.2.3", true},
		{nil, "example.com", "2001:db8::1", true},
		{nil, "example.com", "64:ff9b::808:808", true},
		{nil, "rebound.example.com", "127.0.0.1", false},
		{nil, "rebound.example.com", "::1", false},
		{nil, "rebound.example.com", "::ffff:127.0.0.1", false},
		{nil, "rebound.example.com", "64:ff9b::7f00:1", false},
		{nil, "rebound.example.com", "2002:7f00:1::", false},
		{[]string{"example.com"}, "example.com", "10.1.2.3", true},
		{[]string{"example.com"}, "EXAMPLE.com.", "10.1.2.3", true},
		{[]string{"example.com"}, "example.com", "127.0.0.1", false}, // a name does not open loopback
		{[]string{"example.com"}, "evil-example.com", "10.1.2.3", false},
		{[]string{"*.example.com"}, "a.b.example.com", "10.1.2.3", true},
		{[]string{"*.example.com"}, "example.com", "10.1.2.3", false},
		{[]string{"10.0.0.0/8"}, "anything", "10.1.2.3", true},
		{[]string{"10.0.0.0/8"}, "anything", "11.1.2.3", false},
		{[]string{"10.0.0.0/8"}, "anything", "::ffff:10.1.2.3", true},
		{[]string{"64:ff9b::/96"}, "anything", "64:ff9b::808:808", true},
		{[]string{"localhost"}, "localhost", "127.0.0.1", true},
		{[]string{"localhost"}, "localhost", "::1", true},
		{[]string{"127.0.0.1"}, "rebound.example.com", "127.0.0.1", true},
		{[]string{"::ffff:127.0.0.1"}, "localhost", "127.0.0.1", true},
		{[]string{"127.0.0.1"}, "localhost", "127.0.0.2", false},
		{[]string{"*"}, "example.com", "10.1.2.3", true},
		{[]string{"*"}, "localhost", "127.0.0.1", false},
		{[]string{"*", "127.0.0.1"}, "example.com", "10.1.2.3", true},
		{[]string{"*", "127.0.0.1"}, "localhost", "127.0.0.1", true},
	} {
		if err := parse(t, c.allow...).checkAddr(c.host, netip.MustParseAddr(c.addr)); (err == nil) != c.ok {
			t.Errorf("allow %q: %s at %s: got %v", c.allow, c.host, c.addr, err)
		}
	}
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url   string
		allow []string
		ok    bool
	}{
		{"http://example.com/a.qcow2", nil, true},
		{"https://example.com:8443/a?token=1", nil, true},
		{"https://[2001:db8::1]/a", nil, true},
		{"http://10.0.0.1/a", nil, true},
		{"ftp://example.com/a", nil, false},
		{"file:///etc/passwd", nil, false},
		{"http:///a", nil, false},
		{"http:example.com", nil, false},
		{"https://user:secret@example.com/a", nil, false},
		{"http://localhost/", nil, false},
		{"http://a.LOCALHOST./", nil, false},
		{"http://127.0.0.1/", nil, false},
		{"http://[::ffff:127.0.0.1]/", nil, false},
		{"http://[fe80::1%25eth0]/", nil, false},
		{"http://metadata.google.internal/computeMetadata/v1/", nil, false},
		{"http://Metadata.Google.Internal./", []string{"metadata.google.internal"}, false},
		{"http://exa mple.com/", nil, false},
		{"http://localhost/", []string{"localhost"}, true},
		{"http://localhost/", []string{"*"}, false},
		{"http://localhost/", []string{"example.com"}, false},
		{"http://localhost/", []string{"*", "127.0.0.0/8"}, true},
		{"http://127.0.0.1:9/", []string{"127.0.0.0/8"}, true},
		{"http://example.com/", []string{"example.org"}, false},
		{"http://example.com/", []string{"10.0.0.0/8"}, true}, // what it resolves to decides
	} {
		u, err := url.Parse(c.url)
		if err == nil {
			err = parse(t, c.allow...).CheckURL(u)
		}
		if (err == nil) != c.ok {
			t.Errorf("allow %q: %s: got %v", c.allow, c.url, err)
		}
	}
}

func TestParsePolicyRefuses(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{"", "http://example.com", "exa mple", "10.0.0.0/40", "**", "*.", "a..b"} {
		if p, err := ParsePolicy([]string{entry}); err == nil {
			t.Errorf("%q: got %+v", entry, p)
		}
	}
}
