package hawkfish

import (
	"encoding/json"
	"fmt"
	"strings"
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
	User     string // who asked for it; empty: nobody did
	TaskID   string // that it tells of; the task may have been forgotten
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

// LogLine is what an event says in one log.
type LogLine struct {
	Log     LogName
	Message schemas.Message
	User    string
	TaskID  string
}

// logged says what each kind of event says in which logs. A kind that is not here is in none.
var logged = map[EventKind]func(Event) []LogLine{
	EventSystemCreated: func(e Event) []LogLine {
		return say(schemas.HawkFishSystemCreated(e.Origin.Name), LogEvents)
	},
	EventPowerChanged: telling(func(_ Event, d PowerDetail) []LogLine {
		message, known := powered[d.To]
		if !known {
			return nil
		}
		m := message("ComputerSystem")
		if state, ok := acpiStates[d.To]; ok {
			return sensed(m, state)
		}
		return say(m, LogEvents)
	}),
	EventSystemReset: func(Event) []LogLine { return sensed(schemas.PlatformPlatformReset("warm"), warmReset) },
	EventSystemLost: telling(func(_ Event, d HostDetail) []LogLine {
		return sensed(schemas.HawkFishSystemLost(d.Host), entityAbsent)
	}),
	EventSystemFound: func(e Event) []LogLine { return sensed(schemas.HawkFishSystemFound(e.Origin.Name), entityPresent) },
	EventBootOverrideSet: telling(func(_ Event, d BootDetail) []LogLine {
		return asked(d.Requester, say(schemas.HawkFishBootOverrideSet(string(d.Target), string(d.Enabled)), LogEvents))
	}),
	EventBootOverrideConsumed: telling(func(_ Event, d BootDetail) []LogLine {
		return say(schemas.HawkFishBootOverrideConsumed(string(d.Target)), LogEvents)
	}),
	EventSystemChanged: telling(func(_ Event, d ChangeDetail) []LogLine {
		return asked(d.Requester, say(schemas.HawkFishSystemChanged(strings.Join(d.Properties, ", "), d.Requester), LogEvents))
	}),
	EventLogCleared: telling(func(_ Event, d LogDetail) []LogLine {
		if d.Log == LogEvents { // what was cleared stays empty
			return asked(d.Requester, say(schemas.LogServiceLogCleared(string(d.Log)), LogManager))
		}
		return asked(d.Requester, say(schemas.LogServiceLogCleared(string(d.Log)), LogEvents))
	}),
	EventTaskOpened:  telling(taskOpened),
	EventTaskUpdated: telling(taskUpdated),
	EventTaskEnded:   telling(taskEnded),
}

// powered says what a change of power to a state is called.
var powered = map[schemas.PowerState]func(string) schemas.Message{
	schemas.PowerStateOn:          schemas.ResourceEventResourcePoweredOn,
	schemas.PowerStateOff:         schemas.ResourceEventResourcePoweredOff,
	schemas.PowerStatePoweringOn:  schemas.ResourceEventResourcePoweringOn,
	schemas.PowerStatePoweringOff: schemas.ResourceEventResourcePoweringOff,
	schemas.PowerStatePaused:      schemas.ResourceEventResourcePaused,
}

// Offsets of sensor-specific events (IPMI 2.0, table 42-3, Sensor Type Codes).
const (
	acpiWorking   = 0x00 // System ACPI Power State: S0/G0
	acpiSoftOff   = 0x05 // S5/G2
	acpiSleeping  = 0x09 // G1
	warmReset     = 0x02 // System Boot / Restart Initiated
	entityPresent = 0x00 // Entity Presence
	entityAbsent  = 0x01
)

// acpiStates are the states of power in which hardware stays.
var acpiStates = map[schemas.PowerState]byte{
	schemas.PowerStateOn: acpiWorking, schemas.PowerStateOff: acpiSoftOff, schemas.PowerStatePaused: acpiSleeping,
}

// sensed says what a sensor of the hardware sees, too. In a system event log the event's data stand in the place of the
// message's ID (DSP2046, LogEntry.MessageId): its type, which is sensor-specific, the offset, and two bytes unspecified.
func sensed(m schemas.Message, offset byte) []LogLine {
	seen := m
	seen.ID, seen.Args = fmt.Sprintf("0x6F%02XFFFF", offset), nil
	return append(say(m, LogEvents), say(seen, LogSEL)...)
}

func taskOpened(_ Event, d TaskDetail) []LogLine {
	lines := say(schemas.HawkFishTaskRequested(string(d.Operation), d.Requester), LogManager)
	if d.Reset != "" {
		lines = append(lines, say(schemas.HawkFishResetRequested(string(d.Reset), d.Requester), LogEvents)...)
	}
	return asked(d.Requester, onTask(d.TaskID, lines))
}

func taskUpdated(_ Event, d TaskDetail) []LogLine {
	if d.State != schemas.TaskStateSuspended {
		return nil
	}
	return onTask(d.TaskID, say(schemas.TaskEventTaskPaused(d.TaskID), LogEvents, LogManager))
}

// ended says what the end of a task is called.
var ended = map[schemas.TaskState]func(string) schemas.Message{
	schemas.TaskStateCompleted: schemas.TaskEventTaskCompletedOK,
	schemas.TaskStateException: schemas.TaskEventTaskAborted,
	schemas.TaskStateCancelled: schemas.TaskEventTaskCancelled,
}

func taskEnded(_ Event, d TaskDetail) []LogLine {
	message, ok := ended[d.State]
	if !ok {
		return nil
	}
	lines := say(message(d.TaskID), LogManager)
	if d.State == schemas.TaskStateException {
		lines = append(lines, say(message(d.TaskID), LogEvents)...)
	}
	return onTask(d.TaskID, lines)
}

// LogLines is what an event says in the logs of its system; nothing when it is about something else.
func LogLines(e Event) []LogLine {
	if tell, ok := logged[e.Kind]; ok && e.Origin.Kind == TargetSystem {
		return tell(e)
	}
	return nil
}

// telling reads an event's detail. An event whose detail is of another form says nothing.
func telling[D any](tell func(Event, D) []LogLine) func(Event) []LogLine {
	return func(e Event) []LogLine {
		var d D
		if json.Unmarshal(e.Detail, &d) != nil {
			return nil
		}
		return tell(e, d)
	}
}

func say(m schemas.Message, logs ...LogName) []LogLine {
	lines := make([]LogLine, len(logs))
	for i, log := range logs {
		lines[i] = LogLine{Log: log, Message: m}
	}
	return lines
}

func asked(user string, lines []LogLine) []LogLine {
	for i := range lines {
		lines[i].User = user
	}
	return lines
}

func onTask(taskID string, lines []LogLine) []LogLine {
	for i := range lines {
		lines[i].TaskID = taskID
	}
	return lines
}
