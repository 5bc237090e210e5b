// Package placement answers where systems are, and where they should go: the
// steps. They run beside the database, in the fleet worker.
package placement

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
)

// System names the system a step asks about.
type System struct {
	ID string `json:"system"`
}

// Host is a step's answer. An empty ID means that the system has not been placed.
type Host struct {
	ID string `json:"host"`
	// Power is the system's as it was last observed; empty: not known.
	Power schemas.PowerState `json:"power,omitempty"`
	// Guest is what its host needs to make it as it is to be.
	Guest *hawkfish.Guest `json:"guest,omitempty"`
}

// Hosts is a step's answer.
type Hosts struct {
	IDs []string `json:"hosts"`
}

// Destination is where a system is from now on.
type Destination struct {
	SystemID string `json:"system"`
	HostID   string `json:"host"`
}

var (
	// Reserve keeps room for a system on another host, and answers which. Exhausted, with the reasons, when none will do.
	Reserve = durable.Activity[hawkfish.Departure, Host]{Name: "placement.Reserve", Policy: durable.Record}
	// Release gives the room back.
	Release = durable.Activity[System, durable.None]{Name: "placement.Release", Policy: durable.Record}
	// Move records that a system is where room was kept for it. Conflict when it was kept elsewhere, or for too short a time.
	Move = durable.Activity[Destination, durable.None]{Name: "placement.Move", Policy: durable.Record}
	// Place chooses a host for a system, once. Exhausted when none fits.
	Place = durable.Activity[System, Host]{Name: "placement.Place", Policy: durable.Record}
	// Locate says where a system has been placed, and what it is to be. NotFound when it is gone.
	Locate = durable.Activity[System, Host]{Name: "placement.Locate", Policy: durable.Record}
	// Reachable lists the hosts that can be given work now.
	Reachable = durable.Activity[durable.None, Hosts]{Name: "placement.Reachable", Policy: durable.Record}
)
