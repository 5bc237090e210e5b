// Package power switches guests on and off: the steps. They run beside libvirt.
package power

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Change is one step of one operation on one system.
type Change struct {
	SystemID string `json:"system"`
	// Operation names the task, so that a reset that was done but not reported is not done again.
	Operation string `json:"operation"`
	// While, when set, is the power in which alone the step is done: Stale when the guest is on and should be off or
	// paused, or the other way round. It spares those who believe they know a trip to the host.
	While schemas.PowerState `json:"while,omitempty"`
	// GraceSeconds is how long the guest may take to obey its power button; 0: as long as the host grants.
	GraceSeconds int `json:"grace_seconds,omitempty"`
	// Guest, when set, is what the system is to be when it boots.
	Guest *hawkfish.Guest `json:"guest,omitempty"`
}

var (
	Observe = durable.Activity[Change, hawkfish.Observation]{Name: "power.Observe", Policy: durable.Quick}
	Start   = durable.Activity[Change, hawkfish.Observation]{Name: "power.Start", Policy: durable.Quick}
	Stop    = durable.Activity[Change, hawkfish.Observation]{Name: "power.Stop", Policy: durable.Quick}
	Reset   = durable.Activity[Change, hawkfish.Observation]{Name: "power.Reset", Policy: durable.Quick}
	Pause   = durable.Activity[Change, hawkfish.Observation]{Name: "power.Pause", Policy: durable.Quick}
	Resume  = durable.Activity[Change, hawkfish.Observation]{Name: "power.Resume", Policy: durable.Quick}
	// Suspend writes the guest's memory to disk.
	Suspend = durable.Activity[Change, hawkfish.Observation]{Name: "power.Suspend", Policy: durable.Slow}
	NMI     = durable.Activity[Change, hawkfish.Observation]{Name: "power.InjectNMI", Policy: durable.Quick}
	// Shutdown presses the power button and waits. TimedOut when the guest ignores it.
	Shutdown = durable.Activity[Change, hawkfish.Observation]{Name: "power.Shutdown", Policy: durable.Slow}
)
