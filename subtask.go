package hawkfish

import (
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Plan is how the work of a task is divided. It is in the input of every task that has subtasks.
type Plan struct {
	Parts          int `json:"parts"`           // how many subtasks it will have
	MaxConcurrency int `json:"max_concurrency"` // how many of them are open at once, at most
	// Until is when no more are opened, and those that are open are cancelled; one that cannot be cancelled is not waited for
	// any longer. Zero: there is no such time.
	Until time.Time `json:"until,omitzero"`
}

// Part is a subtask, as its parent sees it.
type Part struct {
	TaskID string            `json:"task"` // empty: it was not opened, because its parent is being cancelled
	Name   string            `json:"name"` // of its target
	State  schemas.TaskState `json:"state"`
	Faults []*Error          `json:"faults,omitempty"`
}

// PartOf returns a subtask as its parent sees it.
func PartOf(t Task) Part {
	return Part{TaskID: t.ID, Name: t.Target.Name, State: t.State, Faults: t.Faults}
}

// Tally counts the subtasks of a task by their state. What has not been opened is not in it.
type Tally map[schemas.TaskState]int

// Opened is how many there are.
func (t Tally) Opened() (n int) {
	for _, of := range t {
		n += of
	}
	return n
}

// Ended is how many are over.
func (t Tally) Ended() int {
	return t[schemas.TaskStateCompleted] + t[schemas.TaskStateException] + t[schemas.TaskStateCancelled]
}
