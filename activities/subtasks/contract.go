// Package subtasks opens and cancels the parts of a task that is divided: the steps. They run beside the
// database, in the fleet worker. What the parts do, the port behind the steps knows.
package subtasks

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Part names a part of a task by its number, from 0.
type Part struct {
	Parent string `json:"parent"`
	Index  int    `json:"index"`
}

// Parent names a task that is divided.
type Parent struct {
	ID string `json:"task"`
}

// Left are the parts that have not ended.
type Left struct {
	Parts []hawkfish.Part `json:"parts"`
}

// Ended is the signal that tells a task's workflow which of its parts have ended, as []hawkfish.Part. It is sent at
// least once for each.
const Ended = "SubTasksEnded"

var (
	// Open opens a part. One that is refused has ended at once; the answer for one that nobody wants any more has no TaskID.
	Open = durable.Activity[Part, hawkfish.Part]{Name: "subtasks.Open", Policy: durable.Record}
	// Cancel cancels every part that has been opened and has not ended, and answers which have still to end.
	Cancel = durable.Activity[Parent, Left]{Name: "subtasks.Cancel", Policy: durable.Record}
)
