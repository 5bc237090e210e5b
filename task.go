package hawkfish

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Task is one long operation a caller can watch. Its ID is also the ID of the
// Temporal workflow that carries it out.
type Task struct {
	ID        string // UUID, version 7: later tasks sort later; of a subtask version 5, derived from its parent's
	ParentID  string // of the task that this one is a part of; empty: of none
	Parts     int    // how many subtasks it will have; 0: it is not divided
	ProjectID string
	Operation Operation
	Target    Target
	Requester string // user name
	State     schemas.TaskState
	Input     json.RawMessage // of the workflow; holds no secret
	Payload   Payload
	Faults    []*Error // why it is Suspended or in Exception
	Step      string   // what it was doing when Suspended, such as "provision.CreateDisk"
	Committed bool     // when Suspended: see Suspension
	Needed    bool     // likewise
	Revision  int64

	CreatedAt time.Time
	StartedAt time.Time // when its turn came; zero: it waits
	EndedAt   time.Time // zero: it has not ended
	UpdatedAt time.Time
}

// TaskFilter narrows a list of tasks to those that have all of its values; nil: any.
type TaskFilter struct {
	State                           *schemas.TaskState
	Operation                       *Operation
	TargetID, TargetName, Requester *string
}

// Target is what a task works on. Tasks with one target run one at a time, in the order they were accepted.
type Target struct {
	Kind TargetKind `json:"kind"`
	ID   string     `json:"id"`
	Name string     `json:"name"`
}

// TargetKind is a kind of thing that tasks work on.
type TargetKind string

const (
	TargetSystem TargetKind = "system"
	TargetImage  TargetKind = "image"
	// TargetFirmware is what a system's firmware is set to; its ID is the system's. What waits for a maintenance window keeps
	// nobody from using the system.
	TargetFirmware TargetKind = "firmware"
	TargetBatch    TargetKind = "batch" // a batch is its task: they have one ID
	// TargetHost is a host. As a task's target its ID is derived from the host's, which is its Name; as the origin of events it
	// is the host's own.
	TargetHost TargetKind = "host"
)

// FleetProject is the project of tasks that work on hosts: nobody is its member, so only those see them who see all.
const FleetProject = "00000000-0000-0000-0000-000000000000"

// Payload is the request that opened a task, without secrets (DSP0266, Task.Payload).
type Payload struct {
	TargetURI     string          `json:"target_uri"`
	HTTPOperation string          `json:"http_operation"`
	JSONBody      json.RawMessage `json:"json_body,omitempty"`
	Trace         string          `json:"trace,omitempty"` // the request's span (W3C traceparent); empty: it was not traced
}

// Operation names what a task does; it is also the name of its workflow.
type Operation string

const (
	OpProvision     Operation = "system.Provision"
	OpReset         Operation = "system.Reset"
	OpDelete        Operation = "system.Delete"
	OpConfigure     Operation = "system.Configure"
	OpApplySettings Operation = "system.ApplySettings"
	OpInsertMedia   Operation = "media.Insert"
	OpEjectMedia    Operation = "media.Eject"
	OpImportImage   Operation = "image.Import"
	OpDeleteImage   Operation = "image.Delete"
	OpBatch         Operation = "batch.Provision"
	OpAdopt         Operation = "import.Adopt"
	OpAdoptMany     Operation = "import.AdoptMany"
	OpRelease       Operation = "import.Release"
	OpFence         Operation = "host.Fence"
	OpRecover       Operation = "system.Recover"
	OpMigrate       Operation = "system.Migrate"
	OpEvacuate      Operation = "host.Evacuate"
	OpReturn        Operation = "host.Return"
)

// Operations lists every operation, so that tables keyed by operation can be checked for gaps.
var Operations = []Operation{OpProvision, OpReset, OpDelete, OpConfigure, OpApplySettings, OpInsertMedia, OpEjectMedia, OpImportImage, OpDeleteImage, OpBatch, OpAdopt, OpAdoptMany, OpRelease, OpFence, OpRecover, OpMigrate, OpEvacuate, OpReturn}

// MaxWaitingTasks is how many tasks may wait for one target; a further one is Busy.
const MaxWaitingTasks = 64

// Holding lists the states in which a task has its turn: at most one task of a target is in one of them.
var Holding = []schemas.TaskState{schemas.TaskStateNew, schemas.TaskStateRunning, schemas.TaskStateSuspended, schemas.TaskStateCancelling}

// Ended reports whether the task is over.
func (t Task) Ended() bool {
	return slices.Contains([]schemas.TaskState{schemas.TaskStateCompleted, schemas.TaskStateException, schemas.TaskStateCancelled}, t.State)
}

// Suspension is why a task waits for a person.
type Suspension struct {
	Step   string   `json:"step"`
	Faults []*Error `json:"faults"`
	// Committed: it is past its point of no return, or takes back what it did, and can no longer be cancelled.
	Committed bool `json:"committed,omitempty"`
	// Needed: the next steps need the step's answer; it cannot be skipped.
	Needed bool `json:"needed,omitempty"`
}

// Outcome is how a task ended.
type Outcome struct {
	State  schemas.TaskState `json:"state"` // Completed, Exception or Cancelled
	Faults []*Error          `json:"faults,omitempty"`
	// Abandoned: its workflow was ended from outside, and nobody has taken back what it did.
	Abandoned bool `json:"-"`
}
