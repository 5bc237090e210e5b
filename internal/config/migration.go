package config

import (
	"net/url"
	"strings"
)

// MigrationURIOf is where others reach the libvirtd of a host of this process; empty: they do not. A URI without a name is that of a host without
// one of its own, or of the only host.
func (h Host) MigrationURIOf(name string) string {
	for _, entry := range h.MigrationURI {
		of, uri, named := strings.Cut(entry, "=")
		switch {
		case named && strings.EqualFold(of, name):
			return uri
		case !named && len(h.Libvirt) == 1:
			return entry
		}
	}
	return ""
}

// isMigrationURI accepts what libvirtd can dial: qemu+tls or qemu+tcp with a host.
func isMigrationURI(text string) bool {
	if _, uri, named := strings.Cut(text, "="); named {
		text = uri
	}
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "qemu+tls" || u.Scheme == "qemu+tcp") && u.Hostname() != "" && u.Path == "/system" && u.User == nil
}
