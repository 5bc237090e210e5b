// Package settings changes what the firmware of systems is set to when the time for it has come: the steps. They run
// beside the database, in the fleet worker.
package settings

import (
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Change names a system and what its firmware shall be set to.
type Change struct {
	SystemID  string         `json:"system"`
	Requester string         `json:"requester,omitempty"`
	Values    map[string]any `json:"values"`
	Follow    Follow         `json:"follow"`
}

// Follow holds the IDs of the tasks that may follow. They are chosen before, so that each is opened once.
type Follow struct {
	Configure string `json:"configure"`
	Restart   string `json:"restart"`
	Retract   string `json:"retract"`
}

// Changed is a step's answer.
type Changed struct {
	Before  map[string]any `json:"before"`            // the values that were there
	Pending bool           `json:"pending,omitempty"` // its guest runs, and needs a boot for it
}

// Retraction takes a change back that no boot has brought about since.
type Retraction struct {
	Change
	Before map[string]any `json:"before"`
}

// Retracted is a step's answer.
type Retracted struct {
	Applied bool `json:"applied,omitempty"` // too late: a boot has brought it about
}

var (
	// Promote makes the values those that the system is to have, and lets its host know.
	Promote = durable.Activity[Change, Changed]{Name: "settings.Promote", Policy: durable.Record}
	// Restart opens a task that restarts the system's guest, once.
	Restart = durable.Activity[Change, durable.None]{Name: "settings.Restart", Policy: durable.Record}
	// Retract gives the system back the values it had, unless its guest has booted with the new ones.
	Retract = durable.Activity[Retraction, Retracted]{Name: "settings.Retract", Policy: durable.Record}
)
