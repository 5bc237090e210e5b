package hawkfish

import (
	"encoding/json"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Event is something that happened. Events are written in the transaction of
// the change they tell of (the outbox).
type Event struct {
	Sequence  int64  // grows with every event of the fleet
	ProjectID string // empty: it concerns all
	Origin    Target
	Kind      EventKind
	Detail    json.RawMessage
	At        time.Time
}

// EventKind says what happened.
type EventKind string

const (
	EventSystemCreated EventKind = "SystemCreated"
	EventSystemDeleted EventKind = "SystemDeleted"
	EventPowerChanged  EventKind = "PowerStateChanged"
	EventMediaInserted EventKind = "MediaInserted"
	EventMediaEjected  EventKind = "MediaEjected"
	EventTaskOpened    EventKind = "TaskOpened"
	EventTaskUpdated   EventKind = "TaskUpdated"
	EventTaskEnded     EventKind = "TaskEnded"
	EventImageReady    EventKind = "ImageReady"
	EventImageDeleted  EventKind = "ImageDeleted"

	EventSystemReset          EventKind = "SystemReset"     // it was reset, or has restarted by itself, and stayed on
	EventSystemLost           EventKind = "SystemLost"      // its host does not have it any more
	EventSystemFound          EventKind = "SystemFound"     // its host has it again
	EventSystemRecovered      EventKind = "SystemRecovered" // its host is dead, and it is on another one
	EventSystemMigrating      EventKind = "SystemMigrating" // it is on its way to another host
	EventSystemMigrated       EventKind = "SystemMigrated"  // it is at its new host
	EventSystemChanged        EventKind = "SystemChanged"
	EventBootOverrideSet      EventKind = "BootOverrideSet"
	EventBootOverrideConsumed EventKind = "BootOverrideConsumed"
	EventLogCleared           EventKind = "LogCleared"

	// Of hosts; they belong to no project.
	EventHostUnreachable        EventKind = "HostUnreachable"
	EventHostReachable          EventKind = "HostReachable"
	EventHostFailed             EventKind = "HostFailed" // its hypervisor does not answer
	EventHostFenced             EventKind = "HostFenced" // it is known to be dead
	EventHostMaintenanceEntered EventKind = "HostMaintenanceEntered"
	EventHostMaintenanceExited  EventKind = "HostMaintenanceExited"
)

// TaskDetail is the Detail of the events of tasks.
type TaskDetail struct {
	TaskID    string            `json:"task"`
	Operation Operation         `json:"operation"`
	State     schemas.TaskState `json:"state"`
	Requester string            `json:"requester,omitempty"`
	Reset     schemas.ResetType `json:"reset,omitempty"` // of OpReset
}

// Detail is what the events of t tell of it.
func (t Task) Detail() TaskDetail {
	d := TaskDetail{TaskID: t.ID, Operation: t.Operation, State: t.State, Requester: t.Requester}
	if t.Operation == OpReset {
		var in struct {
			Type schemas.ResetType `json:"type"`
		}
		if json.Unmarshal(t.Input, &in) == nil {
			d.Reset = in.Type
		}
	}
	return d
}

// MediaDetail is the Detail of EventMediaInserted and EventMediaEjected.
type MediaDetail struct {
	Slot MediaSlot `json:"slot"`
	URL  string    `json:"url"`
}

// PowerDetail is the Detail of EventPowerChanged.
type PowerDetail struct {
	From  schemas.PowerState `json:"from"`
	To    schemas.PowerState `json:"to"`
	Cause PowerCause         `json:"cause,omitempty"`
}

// HostDetail is the Detail of EventSystemLost.
type HostDetail struct {
	Host string `json:"host"`
}

// MigrationDetail is the Detail of EventSystemMigrating and EventSystemMigrated.
type MigrationDetail struct {
	TaskID string `json:"task"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// HostChangeDetail is the Detail of the events of hosts.
type HostChangeDetail struct {
	From      HostState `json:"from"`
	To        HostState `json:"to"`
	Requester string    `json:"requester,omitempty"` // empty: nobody asked for it
}

// BootDetail is the Detail of the events of boot overrides.
type BootDetail struct {
	Target    schemas.BootSource                `json:"target"`
	Enabled   schemas.BootSourceOverrideEnabled `json:"enabled,omitempty"`
	Requester string                            `json:"requester,omitempty"`
}

// ChangeDetail is the Detail of EventSystemChanged.
type ChangeDetail struct {
	Properties []string `json:"properties"` // as callers name them
	Requester  string   `json:"requester"`
}

// LogDetail is the Detail of EventLogCleared.
type LogDetail struct {
	Log       LogName `json:"log"`
	Requester string  `json:"requester"`
}
