// Package inventory is how hosts tell the fleet what they are and what they
// see: the steps. They run beside the database; host workers ask for them.
package inventory

import (
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Sighting is what a host saw of its systems.
type Sighting struct {
	HostID string                 `json:"host"`
	Seen   []hawkfish.Observation `json:"seen"`
	// Complete is when the host looked at all its systems, of which these are the ones it has; zero: these are some.
	Complete time.Time `json:"complete,omitzero"`
}

// Description is what a host saw that some of its systems have.
type Description struct {
	HostID string               `json:"host"`
	Seen   []hawkfish.Inventory `json:"seen"`
}

var (
	Announce = durable.Activity[hawkfish.Announcement, durable.None]{Name: "inventory.Announce", Policy: durable.Brief}
	Observe  = durable.Activity[Sighting, durable.None]{Name: "inventory.Observe", Policy: durable.Brief}
	Measure  = durable.Activity[Measured, durable.None]{Name: "inventory.Measure", Policy: durable.Brief}
	Describe = durable.Activity[Description, durable.None]{Name: "inventory.Describe", Policy: durable.Brief}
)
