package store

import (
	"context"
	"strconv"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// AppendAudit stores entries in their order, or none of them.
func (s *Store) AppendAudit(ctx context.Context, entries []hawkfish.AuditEntry) error {
	if len(entries) == 0 {
		return nil
	}
	var p db.InsertAuditParams
	for _, e := range entries {
		p.Ats = append(p.Ats, e.At)
		p.AccountIds = append(p.AccountIds, e.AccountID)
		p.UserNames = append(p.UserNames, plain(e.UserName))
		p.SessionIds = append(p.SessionIds, e.SessionID)
		p.Origins = append(p.Origins, e.Origin)
		p.Methods = append(p.Methods, e.Method)
		p.Targets = append(p.Targets, plain(e.Target))
		p.Outcomes = append(p.Outcomes, string(e.Outcome))
		p.Statuses = append(p.Statuses, int32(e.Status))
		p.MessageIds = append(p.MessageIds, e.MessageID)
		p.TaskIds = append(p.TaskIds, e.TaskID)
		p.RequestIds = append(p.RequestIds, e.RequestID)
	}
	_, err := ask(ctx, s, subject{resource: resourceAudit}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, q.InsertAudit(ctx, p)
	})
	return err
}

// FindAudit takes a sequence number. NotFound.
func (s *Store) FindAudit(ctx context.Context, sequence int64) (hawkfish.AuditEntry, error) {
	return ask(ctx, s, subject{resource: resourceAudit}, func(ctx context.Context, q *db.Queries) (hawkfish.AuditEntry, error) {
		row, err := q.AuditBySequence(ctx, sequence)
		return auditEntry(row), err
	})
}

type auditList struct {
	entries []hawkfish.AuditEntry
	total   int
}

// ListAudit orders newest first.
func (s *Store) ListAudit(ctx context.Context, f hawkfish.AuditFilter, page hawkfish.Page) ([]hawkfish.AuditEntry, int, error) {
	list, err := ask(ctx, s, subject{resource: resourceAudit}, func(ctx context.Context, q *db.Queries) (auditList, error) {
		since, until := orNever(f.After), orNever(f.Before)
		total, err := q.CountAudit(ctx, db.CountAuditParams{
			UserName: f.UserName, Target: f.Target, Method: f.Method, Outcome: string(f.Outcome), Since: since, Until: until,
		})
		if err != nil {
			return auditList{}, err
		}
		rows, err := q.ListAudit(ctx, db.ListAuditParams{
			UserName: f.UserName, Target: f.Target, Method: f.Method, Outcome: string(f.Outcome), Since: since, Until: until,
			Skip: int64(page.Skip), AtMost: atMost(page),
		})
		list := auditList{total: int(total), entries: make([]hawkfish.AuditEntry, len(rows))}
		for i, row := range rows {
			list.entries[i] = auditEntry(row)
		}
		return list, err
	})
	return list.entries, list.total, err
}

// AuditStats counts all entries.
func (s *Store) AuditStats(ctx context.Context) (hawkfish.AuditStats, error) {
	return ask(ctx, s, subject{resource: resourceAudit}, func(ctx context.Context, q *db.Queries) (hawkfish.AuditStats, error) {
		rows, err := q.AuditStats(ctx)
		stats := hawkfish.AuditStats{ByOutcome: map[hawkfish.AuditOutcome]int64{}}
		for _, row := range rows {
			stats.ByOutcome[hawkfish.AuditOutcome(row.Outcome)] = row.Entries
			if first := row.First.UTC(); stats.First.IsZero() || first.Before(stats.First) {
				stats.First = first
			}
			if last := row.Last.UTC(); last.After(stats.Last) {
				stats.Last = last
			}
		}
		return stats, err
	})
}

func auditEntry(r db.Audit) hawkfish.AuditEntry {
	return hawkfish.AuditEntry{
		Sequence: r.Sequence, At: r.At.UTC(), AccountID: r.AccountID, UserName: r.UserName, SessionID: r.SessionID, Origin: r.Origin,
		Method: r.Method, Target: r.Target, Outcome: hawkfish.AuditOutcome(r.Outcome), Status: int(r.Status),
		MessageID: r.MessageID, TaskID: r.TaskID, RequestID: r.RequestID,
	}
}

// orNever is what a query takes for no limit.
func orNever(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// plain makes a text of a caller fit for PostgreSQL: no entry is lost because of what was sent.
func plain(text string) string {
	if isText(text) {
		return text
	}
	return strconv.QuoteToASCII(text)
}
