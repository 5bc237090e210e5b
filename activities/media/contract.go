// Package media brings image files for drives to a host: the steps. They run beside libvirt.
package media

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Fetch brings what is to be inserted into the host's cache. A source that does not answer is not waited for long: the
// system's other tasks stand behind.
var Fetch = durable.Activity[hawkfish.Insertion, hawkfish.ImageFacts]{Name: "media.Fetch", Policy: durable.Fetch}
