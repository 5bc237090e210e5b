// Package fencing makes sure that a host is dead: the steps. Those that look and switch run beside the database, in the fleet worker, which
// alone has the passwords; whether a host can be reached, the others are asked.
package fencing

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Host names the host a step is about.
type Host struct {
	ID string `json:"host"`
}

// Suspect is what the fleet knows of a host that may be dead.
type Suspect struct {
	Evidence hawkfish.Evidence `json:"evidence"` // its Peers are still to be asked
	Probe    Probing           `json:"probe"`    // what they are asked
	Peers    []string          `json:"peers"`    // hosts that can be asked
}

// Probing is what a host is asked about another one.
type Probing struct {
	HostID  string `json:"host"`    // the other one
	Address string `json:"address"` // host:port of its libvirt, as others reach it; empty: not known
}

// Declaration says that a host is dead, and by whom.
type Declaration struct {
	HostID    string `json:"host"`
	Requester string `json:"requester"`
}

var (
	// Look collects what the fleet knows of a host. NotFound when the host is gone.
	Look = durable.Activity[Host, Suspect]{Name: "fencing.Look", Policy: durable.Record}
	// Probe asks a host whether it reaches another one. The answer is never an error.
	Probe = durable.Activity[Probing, hawkfish.PeerView]{Name: "fencing.Probe", Policy: durable.Brief}
	// SwitchOff switches a host off, and returns when it has been seen to be off.
	SwitchOff = durable.Activity[Host, durable.None]{Name: "fencing.SwitchOff", Policy: durable.Quick}
	// Declare makes a host Fenced. What is on it may be started elsewhere from then on.
	Declare = durable.Activity[Declaration, durable.None]{Name: "fencing.Declare", Policy: durable.Record}
)
