package fetch_test

import (
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch"
)

// FuzzCheck looks for URLs that pass although they must not.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		"http://example.com/a", "https://[::1]:80/", "file:///images/a", "file:///images/../etc/passwd", "http://user:p@h/",
		"http://169.254.169.254/", "http://[::ffff:a9fe:a9fe]/", "//x", "http://%31%32%37.0.0.1/", "FILE:///images/%2e%2e/x",
		"http://2130706433/", "http://0x7f.1/", "file:/images/a", "http:a", "\x00", "http://[fe80::1%25lo]/",
	} {
		f.Add(seed)
	}
	fetcher := fetch.New(fetch.Policy{FileDirs: []string{"/images"}})
	f.Fuzz(func(t *testing.T, raw string) {
		if err := fetcher.Check(raw); err != nil {
			if hawkfish.KindOf(err) != hawkfish.Invalid {
				t.Errorf("%q: %v", raw, err)
			}
			if u, parses := url.Parse(raw); parses == nil && u.User != nil {
				if password, _ := u.User.Password(); len(password) > 8 && strings.Contains(err.Error(), password) {
					t.Errorf("%q: the error repeats the password", raw)
				}
			}
			return
		}
		u, err := url.Parse(raw)
		switch {
		case err != nil:
			t.Errorf("%q passes, but is no URL", raw)
		case u.User != nil:
			t.Errorf("%q holds credentials", raw)
		case u.Scheme == "file":
			if clean := filepath.Clean(u.Path); !strings.HasPrefix(clean, "/images/") {
				t.Errorf("%q leads to %q", raw, clean)
			}
		case u.Scheme != "http" && u.Scheme != "https":
			t.Errorf("%q has another scheme", raw)
		default:
			addr, err := netip.ParseAddr(u.Hostname())
			if err == nil && (addr.Unmap().IsLoopback() || addr.Unmap().IsLinkLocalUnicast() || addr.Unmap().IsUnspecified() || addr.Unmap().IsMulticast()) {
				t.Errorf("%q passes", raw)
			}
		}
	})
}
