// Package images brings images to a host, and takes them away: the steps. They run beside libvirt.
package images

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Cached names an image in a host's cache.
type Cached struct {
	SHA256 string `json:"sha256"`
}

var (
	Fetch = durable.Activity[hawkfish.ImageSource, hawkfish.ImageFacts]{Name: "images.Fetch", Policy: durable.Slow}
	// Drop succeeds when a system still needs the file: it stays then.
	Drop = durable.Activity[Cached, durable.None]{Name: "images.Drop", Policy: durable.Quick}
)
