package hawkfish

import (
	"encoding/json"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Event is something that happened. Events are written in the transaction of
// the change they tell of (the outbox).
type Event struct {
	Sequence  int64 // grows with every event of the fleet
	ProjectID string
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
	EventTaskOpened    EventKind = "TaskOpened"
	EventTaskUpdated   EventKind = "TaskUpdated"
	EventTaskEnded     EventKind = "TaskEnded"
	EventImageReady    EventKind = "ImageReady"
	EventImageDeleted  EventKind = "ImageDeleted"
)

// TaskDetail is the Detail of the events of tasks.
type TaskDetail struct {
	TaskID    string            `json:"task"`
	Operation Operation         `json:"operation"`
	State     schemas.TaskState `json:"state"`
}

// PowerDetail is the Detail of EventPowerChanged.
type PowerDetail struct {
	From schemas.PowerState `json:"from"`
	To   schemas.PowerState `json:"to"`
}
