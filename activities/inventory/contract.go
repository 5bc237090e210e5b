// Package inventory is how hosts tell the fleet what they are and what they
// see: the steps. They run beside the database; host workers ask for them.
package inventory

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Announcement is what a host says of itself, every few seconds.
type Announcement struct {
	HostID string             `json:"host"`
	URI    string             `json:"uri"`
	Facts  hawkfish.HostFacts `json:"facts"`
}

// Sighting is what a host saw of its systems. Complete: these are all of them.
type Sighting struct {
	HostID   string                 `json:"host"`
	Seen     []hawkfish.Observation `json:"seen"`
	Complete bool                   `json:"complete,omitempty"`
}

var (
	Announce = durable.Activity[Announcement, durable.None]{Name: "inventory.Announce", Policy: durable.Brief}
	Observe  = durable.Activity[Sighting, durable.None]{Name: "inventory.Observe", Policy: durable.Brief}
)
