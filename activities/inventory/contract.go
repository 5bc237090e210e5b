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

// Welcome is what a host is told that the fleet takes.
type Welcome struct {
	// Leftovers is what the host has of systems that are no longer its own. It serves nobody before they are gone: their guests may
	// run elsewhere.
	Leftovers []hawkfish.Leftover `json:"leftovers,omitempty"`
}

// Cleared says which leftovers are gone from a host.
type Cleared struct {
	HostID    string   `json:"host"`
	SystemIDs []string `json:"systems"`
}

var (
	Clear    = durable.Activity[Cleared, durable.None]{Name: "inventory.Clear", Policy: durable.Brief}
	Announce = durable.Activity[hawkfish.Announcement, Welcome]{Name: "inventory.Announce", Policy: durable.Brief}
	Observe  = durable.Activity[Sighting, durable.None]{Name: "inventory.Observe", Policy: durable.Brief}
	Measure  = durable.Activity[Measured, durable.None]{Name: "inventory.Measure", Policy: durable.Brief}
	Describe = durable.Activity[Description, durable.None]{Name: "inventory.Describe", Policy: durable.Brief}
)
