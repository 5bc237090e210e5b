// Package adoption looks for domains that are not HawkFish's, makes systems of them, and lets them go again: the steps.
// They run beside libvirt.
package adoption

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Look asks for a host's foreign domains, with what it would take to adopt them into a project.
type Look struct {
	ProjectID string `json:"project"`
}

var (
	Scan = durable.Activity[Look, []hawkfish.Foreign]{Name: "adoption.Scan", Policy: durable.Brief}
	// Adopt marks a domain that is still as it was seen. Conflict when it is not.
	Adopt   = durable.Activity[hawkfish.Adoption, hawkfish.Observation]{Name: "adoption.Adopt", Policy: durable.Quick}
	Release = durable.Activity[hawkfish.Release, durable.None]{Name: "adoption.Release", Policy: durable.Quick}
)
