package api

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// logServiceView is a LogService (DSP0268) as callers see it.
type logServiceView struct {
	ID          string                  `json:"Id"`
	Name        string                  `json:"Name"`
	Description string                  `json:"Description"`
	Enabled     bool                    `json:"ServiceEnabled"`
	Type        schemas.LogEntryTypes   `json:"LogEntryType"`
	Purposes    []schemas.LogPurpose    `json:"LogPurposes"`
	Records     int                     `json:"MaxNumberOfRecords"`
	OverWrite   schemas.OverWritePolicy `json:"OverWritePolicy"`
	Persistency bool                    `json:"Persistency"`
	DateTime    time.Time               `json:"DateTime"`
	LocalOffset string                  `json:"DateTimeLocalOffset"`
	Status      status                  `json:"Status"`
	Entries     *redfish.Link           `json:"Entries"`
}

// logEntryView is a LogEntry (DSP0268) as callers see it.
type logEntryView struct {
	ID         string                  `json:"Id"`
	Name       string                  `json:"Name"`
	EntryType  schemas.LogEntryType    `json:"EntryType"`
	EntryCode  schemas.LogEntryCode    `json:"EntryCode,omitempty"`
	SensorType schemas.LogSensorType   `json:"SensorType,omitempty"`
	Created    time.Time               `json:"Created"`
	Severity   schemas.Health          `json:"Severity"`
	Message    string                  `json:"Message"`
	MessageID  string                  `json:"MessageId"`
	Args       []string                `json:"MessageArgs,omitempty"`
	Resolution string                  `json:"Resolution,omitempty"`
	EventID    string                  `json:"EventId,omitempty"`
	Originator schemas.OriginatorTypes `json:"OriginatorType"`
	UserName   string                  `json:"Username,omitempty"` // who asked for it
	Links      logEntryLinks           `json:"Links"`
}

type logEntryLinks struct {
	Origin *redfish.Link `json:"OriginOfCondition,omitempty"`
}

// logEntryOem is what only HawkFish knows of an entry.
type logEntryOem struct {
	Type   string             `json:"@odata.type"`
	Kind   hawkfish.EventKind `json:"Event"`
	TaskID string             `json:"TaskId,omitempty"` // the task may have been forgotten
}

// logKind is what callers see of a log.
type logKind struct {
	log         hawkfish.LogName
	title       string
	description string
	entries     schemas.LogEntryTypes
	entry       schemas.LogEntryType
	purpose     schemas.LogPurpose
}

// logOwner is a resource below which logs are.
type logOwner struct {
	name, path string // of the resource that has the variable id
	logs       []logKind
}

var logOwners = []logOwner{
	{"ComputerSystem", "/redfish/v1/Systems/{id}", []logKind{
		{hawkfish.LogEvents, "Event log", "What happened to the system, and who asked for it",
			schemas.LogEntryTypesEvent, schemas.LogEntryTypeEvent, schemas.LogPurposeOperations},
		{hawkfish.LogSEL, "System event log", "What the system's hardware has seen",
			schemas.LogEntryTypesSEL, schemas.LogEntryTypeSEL, schemas.LogPurposeDiagnostic},
	}},
	{"Manager", "/redfish/v1/Managers/{id}", []logKind{
		{hawkfish.LogManager, "Manager log", "What the manager was asked to do, by whom, and how it ended",
			schemas.LogEntryTypesEvent, schemas.LogEntryTypeEvent, schemas.LogPurposeOperations},
	}},
}

// logState is one log of a system.
type logState struct {
	system hawkfish.System
	kind   logKind
}

// logEntryState is one entry of a log.
type logEntryState struct {
	logState
	hawkfish.LogEntry
}

func (s logState) key() string      { return s.system.ID + "/" + string(s.kind.log) }
func (s logEntryState) key() string { return s.logState.key() + "/" + strconv.FormatInt(s.Number, 10) }

func logs(c *control.Control) []redfish.Resource {
	var all []redfish.Resource
	for _, o := range logOwners {
		all = append(all, o.collection(c), o.service(c), o.entries(c), o.entry(c))
	}
	return all
}

// find loads the log that a URI names.
func (o logOwner) find(ctx context.Context, c *control.Control, req *redfish.Request) (logState, error) {
	s, err := c.FindSystem(ctx, req.Scope(), req.Var("id"))
	if err != nil {
		return logState{}, err
	}
	i := slices.IndexFunc(o.logs, func(k logKind) bool { return string(k.log) == req.Var("log") })
	if i < 0 {
		return logState{}, hawkfish.Missing("LogService", req.Var("log"))
	}
	return logState{s, o.logs[i]}, nil
}

func (o logOwner) collection(c *control.Control) redfish.Resource {
	return redfish.Collection(redfish.CollectionSpec{
		Type: schemas.TypeLogServiceCollection, Name: o.name + "LogServiceCollection", Title: "Logs", Path: o.path + "/LogServices", Of: o.name + "LogService",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			if o.name == "Manager" && req.Var("id") == serviceManager {
				return nil, 0, nil // what the service itself was asked to do is in the audit trail
			}
			s, err := c.FindSystem(ctx, req.Scope(), req.Var("id"))
			return redfish.Keys(redfish.Slice(o.logs, page), func(k logKind) string { return logState{s, k}.key() }), len(o.logs), err
		},
	})
}

func (o logOwner) service(c *control.Control) redfish.Resource {
	clearLog := redfish.Do("ClearLog", func(ctx context.Context, req *redfish.Request, l logState, _ struct{}) (redfish.Result, error) {
		return redfish.Done(), c.ClearSystemLog(ctx, asked(req), l.system, l.kind.log)
	})
	return redfish.Define(redfish.Spec[logServiceView, logState]{
		Type: schemas.TypeLogService, Name: o.name + "LogService", Path: o.path + "/LogServices/{log}",
		Load:    func(ctx context.Context, req *redfish.Request) (logState, error) { return o.find(ctx, c, req) },
		Key:     logState.key,
		Project: func(l logState) string { return l.system.ProjectID },
		Show: func(to redfish.Links, l logState) logServiceView {
			return logServiceView{
				ID: string(l.kind.log), Name: l.kind.title, Description: l.kind.description, Enabled: true,
				Type: l.kind.entries, Purposes: []schemas.LogPurpose{l.kind.purpose}, Records: hawkfish.MaxLogRecords,
				OverWrite: schemas.OverWritePolicyWrapsWhenFull, Persistency: true, DateTime: time.Now().UTC().Truncate(time.Second),
				LocalOffset: "+00:00", Status: working, Entries: to.To(o.name+"LogEntryCollection", l.key()),
			}
		},
		Actions: []redfish.ActionOf[logState]{clearLog},
	})
}

func (o logOwner) entries(c *control.Control) redfish.Resource {
	return redfish.Collection(redfish.CollectionSpec{
		Type: schemas.TypeLogEntryCollection, Name: o.name + "LogEntryCollection", Title: "Entries of the log",
		Path: o.path + "/LogServices/{log}/Entries", Of: o.name + "LogEntry", Whole: true, Filters: []string{"Severity", "MessageId"},
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			l, err := o.find(ctx, c, req)
			if err != nil {
				return nil, 0, err
			}
			filter := hawkfish.LogFilter{Severity: (*schemas.Health)(req.Wants("Severity")), MessageID: req.Wants("MessageId")}
			found, total, err := c.ListLog(ctx, l.system.ID, l.kind.log, filter, page)
			states := make([]logEntryState, len(found))
			for i, e := range found {
				states[i] = logEntryState{l, e}
			}
			return redfish.Listed(req, states, logEntryState.key), total, err
		},
	})
}

func (o logOwner) entry(c *control.Control) redfish.Resource {
	return redfish.Define(redfish.Spec[logEntryView, logEntryState]{
		Type: schemas.TypeLogEntry, Name: o.name + "LogEntry", Path: o.path + "/LogServices/{log}/Entries/{entry}",
		Load: func(ctx context.Context, req *redfish.Request) (logEntryState, error) {
			l, err := o.find(ctx, c, req)
			if err != nil {
				return logEntryState{}, err
			}
			number, err := strconv.ParseInt(req.Var("entry"), 10, 64)
			if err != nil {
				return logEntryState{}, hawkfish.Missing("LogEntry", req.Var("entry"))
			}
			e, err := c.FindLogEntry(ctx, l.system.ID, l.kind.log, number)
			return logEntryState{l, e}, err
		},
		Key: logEntryState.key, Project: func(e logEntryState) string { return e.system.ProjectID },
		Revision: func(logEntryState) int64 { return 1 },
		Show:     func(to redfish.Links, e logEntryState) logEntryView { return showLogEntry(to, o, e) },
		Oem: func(_ redfish.Links, e logEntryState) any {
			return logEntryOem{"#HawkFishLogEntry.v1_0_0.HawkFishLogEntry", e.Kind, e.TaskID}
		},
	})
}

func showLogEntry(to redfish.Links, o logOwner, e logEntryState) logEntryView {
	v := logEntryView{
		ID: strconv.FormatInt(e.Number, 10), Name: "Log entry " + strconv.FormatInt(e.Number, 10), EntryType: e.kind.entry,
		Created: e.At.UTC(), Severity: e.Message.Severity, Message: e.Message.Text, MessageID: e.Message.ID,
		Args: e.Message.Args, Originator: schemas.OriginatorTypesInternal, UserName: e.User,
		Links: logEntryLinks{to.To(o.name, e.system.ID)},
	}
	if e.User != "" {
		v.Originator = schemas.OriginatorTypesClient
	}
	if e.kind.entry == schemas.LogEntryTypeSEL {
		v.EntryCode, v.SensorType = schemas.LogEntryCodeAssert, e.Sensor
		return v
	}
	v.Resolution, v.EventID = e.Message.Resolution, strconv.FormatInt(e.Event, 10)
	return v
}
