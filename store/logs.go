package store

import (
	"context"
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// writeLogs writes what events say in the logs of systems. sequences are the events'.
func writeLogs(ctx context.Context, q *db.Queries, events []hawkfish.Event, sequences []int64) error {
	p := db.WriteLogsParams{Records: hawkfish.MaxLogRecords}
	for i, e := range events {
		for _, line := range hawkfish.LogLines(e) {
			args, err := json.Marshal(append([]string{}, line.Message.Args...))
			if err != nil {
				return err
			}
			p.Ords = append(p.Ords, int32(len(p.Ords)))
			p.SystemIds = append(p.SystemIds, e.Origin.ID)
			p.Logs = append(p.Logs, string(line.Log))
			p.Events = append(p.Events, sequences[i])
			p.Kinds = append(p.Kinds, string(e.Kind))
			p.Ats = append(p.Ats, e.At)
			p.Severities = append(p.Severities, string(line.Message.Severity))
			p.MessageIds = append(p.MessageIds, line.Message.ID)
			p.Messages = append(p.Messages, line.Message.Text)
			p.Args = append(p.Args, string(args))
			p.Resolutions = append(p.Resolutions, line.Message.Resolution)
			p.UserNames = append(p.UserNames, line.User)
			p.TaskIds = append(p.TaskIds, line.TaskID)
			p.Sensors = append(p.Sensors, string(line.Sensor))
		}
	}
	if len(p.Ords) == 0 {
		return nil
	}
	return q.WriteLogs(ctx, p)
}

type logPage struct {
	entries []hawkfish.LogEntry
	total   int
}

// ListLog returns a page of a system's log, oldest first, and how many entries there are in all.
func (s *Store) ListLog(ctx context.Context, systemID string, log hawkfish.LogName, f hawkfish.LogFilter, page hawkfish.Page) ([]hawkfish.LogEntry, int, error) {
	if !isID(systemID) {
		return nil, 0, nil
	}
	found, err := ask(ctx, s, subject{resource: resourceLogEntry}, func(ctx context.Context, q *db.Queries) (logPage, error) {
		severity := (*string)(f.Severity)
		total, err := q.CountLog(ctx, db.CountLogParams{SystemID: systemID, Log: string(log), Severity: severity, MessageID: f.MessageID})
		if err != nil || total == 0 {
			return logPage{}, err
		}
		rows, err := q.ListLog(ctx, db.ListLogParams{
			SystemID: systemID, Log: string(log), Severity: severity, MessageID: f.MessageID, Skip: int64(page.Skip), AtMost: atMost(page),
		})
		found := logPage{make([]hawkfish.LogEntry, len(rows)), int(total)}
		for i, row := range rows {
			found.entries[i] = logEntry(row)
		}
		return found, err
	})
	return found.entries, found.total, err
}

// FindLogEntry takes an entry's number. NotFound.
func (s *Store) FindLogEntry(ctx context.Context, systemID string, log hawkfish.LogName, number int64) (hawkfish.LogEntry, error) {
	on := subject{resource: resourceLogEntry}
	if !isID(systemID) {
		return hawkfish.LogEntry{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.LogEntry, error) {
		row, err := q.LogEntryByNumber(ctx, db.LogEntryByNumberParams{
			SystemID: systemID, Log: string(log), Number: number, Slot: int32(number % hawkfish.MaxLogRecords),
		})
		return logEntry(row), err
	})
}

// ClearLog forgets the entries of one log of a system; another log tells of it. NotFound when there is no such system.
func (s *Store) ClearLog(ctx context.Context, scope hawkfish.Scope, systemID string, log hawkfish.LogName, requester string) error {
	on := subject{resourceSystem, systemID}
	if !isID(systemID) {
		return on.missing()
	}
	_, err := transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		row, err := q.SystemByID(ctx, db.SystemByIDParams{ID: systemID, Everything: scope.All, Projects: held(scope)})
		if err != nil {
			return struct{}{}, err
		}
		cleared := hawkfish.Event{
			ProjectID: row.ProjectID, Origin: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: row.ID, Name: row.Name},
			Kind: hawkfish.EventLogCleared, Detail: detail(hawkfish.LogDetail{Log: log, Requester: requester}),
		}
		if err := record(ctx, q, []hawkfish.Event{cleared}); err != nil { // from here on nobody else writes to logs
			return struct{}{}, err
		}
		return struct{}{}, q.ClearLog(ctx, db.ClearLogParams{SystemID: systemID, Log: string(log)})
	})
	return err
}

func logEntry(r db.LogEntry) hawkfish.LogEntry {
	return hawkfish.LogEntry{
		SystemID: r.SystemID, Log: hawkfish.LogName(r.Log), Number: r.Number, Event: r.Event, Kind: hawkfish.EventKind(r.Kind), At: r.At.UTC(),
		Message: hawkfish.LogMessage{ID: r.MessageID, Text: r.Message, Args: r.Args, Severity: schemas.Health(r.Severity), Resolution: r.Resolution},
		Sensor:  schemas.LogSensorType(r.Sensor), User: r.UserName, TaskID: r.TaskID,
	}
}
