package hawkfish

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/projectbeskar/hawkfish/schemas"
)

// This file says what events say in logs. A new kind of event that concerns a system gets its line here.

// LogLine is what an event says in one log.
type LogLine struct {
	Log     LogName
	Message schemas.Message
	Sensor  schemas.LogSensorType // of a line of the SEL
	User    string
	TaskID  string
}

// logged says what each kind of event says in which logs. A kind that is not here is in none.
var logged = map[EventKind]func(Event) []LogLine{
	EventSystemCreated: func(e Event) []LogLine {
		return say(schemas.HawkFishSystemCreated(e.Origin.Name), LogEvents)
	},
	EventPowerChanged: telling(powerChanged),
	EventSystemReset:  func(Event) []LogLine { return sensed(schemas.PlatformPlatformReset("warm"), warmReset) },
	EventMediaInserted: telling(func(_ Event, d MediaDetail) []LogLine {
		return say(schemas.HawkFishMediaInserted(string(d.Slot), withoutQuery(d.URL)), LogEvents)
	}),
	EventMediaEjected: telling(func(_ Event, d MediaDetail) []LogLine {
		return say(schemas.HawkFishMediaEjected(string(d.Slot)), LogEvents)
	}),
	EventSystemLost: telling(func(_ Event, d HostDetail) []LogLine {
		return sensed(schemas.HawkFishSystemLost(d.Host), entityAbsent)
	}),
	EventSystemMigrating: telling(func(e Event, d MigrationDetail) []LogLine {
		return say(schemas.HawkFishSystemMigrating(e.Origin.Name, d.To), LogEvents)
	}),
	EventSystemMigrated: telling(func(e Event, d MigrationDetail) []LogLine {
		return say(schemas.HawkFishSystemMigrated(e.Origin.Name, d.To), LogEvents)
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

// sighting is what a sensor of the hardware sees: its type, and the offset of the event (IPMI 2.0, table 42-3).
type sighting struct {
	sensor schemas.LogSensorType
	offset byte
}

var (
	acpiWorking     = sighting{schemas.LogSensorTypeSystemACPIPowerState, 0x00} // S0/G0
	acpiSoftOff     = sighting{schemas.LogSensorTypeSystemACPIPowerState, 0x05} // S5/G2
	acpiSleeping    = sighting{schemas.LogSensorTypeSystemACPIPowerState, 0x09} // G1
	warmReset       = sighting{schemas.LogSensorTypeSystemBootRestart, 0x02}
	entityPresent   = sighting{schemas.LogSensorTypeEntityPresence, 0x00}
	entityAbsent    = sighting{schemas.LogSensorTypeEntityPresence, 0x01}
	criticalStop    = sighting{schemas.LogSensorTypeOSStopShutdown, 0x01} // while it ran
	driveFault      = sighting{schemas.LogSensorTypeDriveSlotBay, 0x01}
	watchdogExpired = sighting{schemas.LogSensorTypeWatchdog, 0x00}
)

// acpiStates are the states of power in which hardware stays.
var acpiStates = map[schemas.PowerState]sighting{
	schemas.PowerStateOn: acpiWorking, schemas.PowerStateOff: acpiSoftOff, schemas.PowerStatePaused: acpiSleeping,
}

// troubles are the causes of changes of power that nobody has asked for.
var troubles = map[PowerCause]func(Event) []LogLine{
	CauseCrashed:  func(Event) []LogLine { return sensed(schemas.PlatformOperatingSystemCrash(), criticalStop) },
	CausePanicked: func(Event) []LogLine { return sensed(schemas.PlatformOperatingSystemCrash(), criticalStop) },
	CauseIOError: func(e Event) []LogLine {
		return sensed(schemas.HawkFishSystemPausedByIOError(e.Origin.Name), driveFault)
	},
	CauseWatchdog: func(e Event) []LogLine {
		return sensed(schemas.HawkFishSystemPausedByWatchdog(e.Origin.Name), watchdogExpired)
	},
}

func powerChanged(e Event, d PowerDetail) (lines []LogLine) {
	if trouble, ok := troubles[d.Cause]; ok {
		lines = trouble(e)
	}
	message, known := powered[d.To]
	if !known {
		return lines
	}
	if state, ok := acpiStates[d.To]; ok {
		return append(lines, sensed(message("ComputerSystem"), state)...)
	}
	return append(lines, say(message("ComputerSystem"), LogEvents)...)
}

// sensed says what a sensor of the hardware sees, too. In a system event log the event's data stand in the place of the
// message's ID (DSP2046, LogEntry.MessageId): its type, which is sensor-specific, the offset, and two bytes unspecified.
func sensed(m schemas.Message, what sighting) []LogLine {
	seen := m
	seen.ID, seen.Args = fmt.Sprintf("0x6F%02XFFFF", what.offset), nil
	return append(say(m, LogEvents), LogLine{Log: LogSEL, Message: seen, Sensor: what.sensor})
}

// withoutQuery leaves out what may hold a secret.
func withoutQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url
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
