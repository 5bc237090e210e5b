// Package provision makes systems on a host, and removes them: the steps. They run beside libvirt.
package provision

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// System names the system to remove something of.
type System struct {
	ID string `json:"system"`
}

// Presence says whether something is on a host.
type Presence struct {
	There bool `json:"there"`
}

var (
	// HasDisk asks whether a host reaches the system's boot disk.
	HasDisk    = durable.Activity[hawkfish.Guest, Presence]{Name: "provision.HasDisk", Policy: durable.Quick}
	CreateDisk = durable.Activity[hawkfish.Guest, durable.None]{Name: "provision.CreateDisk", Policy: durable.Slow}
	Define     = durable.Activity[hawkfish.Guest, durable.None]{Name: "provision.Define", Policy: durable.Quick}
	// Configure gives a guest that may run what it can have at once, and leaves the rest to its next boot.
	Configure   = durable.Activity[hawkfish.Guest, hawkfish.Observation]{Name: "provision.Configure", Policy: durable.Quick}
	Undefine    = durable.Activity[System, durable.None]{Name: "provision.Undefine", Policy: durable.Quick}
	DeleteDisks = durable.Activity[System, durable.None]{Name: "provision.DeleteDisks", Policy: durable.Quick}
)
