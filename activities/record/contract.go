// Package record is what every workflow writes of its task: the steps.
// They run beside the database, in the fleet worker.
package record

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Ending is how a task ended and what is known since.
type Ending struct {
	TaskID  string                `json:"task"`
	Outcome hawkfish.Outcome      `json:"outcome"`
	Seen    *hawkfish.Observation `json:"seen,omitempty"`
	Image   *hawkfish.ImageFacts  `json:"image,omitempty"`
}

// Suspension is why a task waits for a person.
type Suspension struct {
	TaskID string `json:"task"`
	hawkfish.Suspension
}

// Resumption ends a suspension.
type Resumption struct {
	TaskID string `json:"task"`
}

var (
	Finish  = durable.Activity[Ending, durable.None]{Name: "record.Finish", Policy: durable.Record}
	Suspend = durable.Activity[Suspension, durable.None]{Name: "record.Suspend", Policy: durable.Record}
	Resume  = durable.Activity[Resumption, durable.None]{Name: "record.Resume", Policy: durable.Record}
)
