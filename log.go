package hawkfish

import (
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// LogName names one of the logs that each system has.
type LogName string

const (
	LogEvents  LogName = "EventLog" // what happened to the system, and who asked for it
	LogSEL     LogName = "SEL"      // what its hardware has seen (a system event log, as of IPMI)
	LogManager LogName = "Log"      // what its manager was asked to do, and how it ended
)

// MaxLogRecords is how many entries one log of one system holds; the oldest give way.
const MaxLogRecords = 1000

// LogEntry is one line of a log. It is written once, from an event, and never changes.
type LogEntry struct {
	SystemID string
	Log      LogName
	Number   int64 // within the log; grows, also after the log has been cleared
	Event    int64 // Sequence of the event
	Kind     EventKind
	At       time.Time
	Message  LogMessage
	Sensor   schemas.LogSensorType // of an entry of the SEL
	User     string                // who asked for it; empty: nobody did
	TaskID   string                // that it tells of; the task may have been forgotten
}

// LogMessage is a message of a registry, as it was when it was written.
type LogMessage struct {
	ID         string
	Text       string
	Args       []string
	Severity   schemas.Health
	Resolution string
}

// LogFilter narrows a log to entries that have all of its values; nil: any.
type LogFilter struct {
	Severity  *schemas.Health
	MessageID *string
}
