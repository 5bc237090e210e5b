package control

import (
	"context"
	"log/slog"
	"time"

	"github.com/projectbeskar/hawkfish"
)

const (
	auditQueue    = 8192                   // entries that may wait to be written
	auditBatch    = 512                    // entries written at once
	auditDelay    = 50 * time.Millisecond  // how long an entry waits for others
	auditRetry    = 500 * time.Millisecond // between tries while the database is down
	auditFarewell = 3 * time.Second        // for what is left when the service stops
)

// Auditor writes the audit trail behind the requests' backs: a request only leaves its entry in a queue.
// When the database is down entries wait; when the queue is full they go to the log, so that none is lost
// and no request waits.
type Auditor struct {
	trail hawkfish.Trail
	log   *slog.Logger
	queue chan hawkfish.AuditEntry
}

// NewAuditor returns an Auditor, which writes while Run runs.
func NewAuditor(trail hawkfish.Trail, log *slog.Logger) *Auditor {
	return &Auditor{trail: trail, log: log, queue: make(chan hawkfish.AuditEntry, auditQueue)}
}

// Note leaves an entry. It never waits.
func (a *Auditor) Note(e hawkfish.AuditEntry) {
	select {
	case a.queue <- e:
	default:
		a.toLog(e)
	}
}

// Run writes until ctx ends, and then what is left. What the database does not take then goes to the log. End the
// requests first: who notes something later is not heard.
func (a *Auditor) Run(ctx context.Context) error {
	var batch []hawkfish.AuditEntry
	for {
		select {
		case <-ctx.Done():
			a.end(ctx, batch)
			return nil
		case e := <-a.queue:
			batch = append(batch[:0], e)
		}
		batch = a.gather(ctx, batch)
		for a.trail.AppendAudit(ctx, batch) != nil {
			if !pause(ctx, auditRetry) {
				a.end(ctx, batch)
				return nil
			}
		}
		batch = batch[:0]
	}
}

// gather adds what comes soon after the first entry.
func (a *Auditor) gather(ctx context.Context, batch []hawkfish.AuditEntry) []hawkfish.AuditEntry {
	soon := time.NewTimer(auditDelay)
	defer soon.Stop()
	for len(batch) < auditBatch {
		select {
		case e := <-a.queue:
			batch = append(batch, e)
		case <-soon.C:
			return batch
		case <-ctx.Done():
			return batch
		}
	}
	return batch
}

// end writes what is left.
func (a *Auditor) end(ctx context.Context, batch []hawkfish.AuditEntry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), auditFarewell)
	defer cancel()
	for {
		for more := true; more && len(batch) < auditBatch; {
			select {
			case e := <-a.queue:
				batch = append(batch, e)
			default:
				more = false
			}
		}
		if len(batch) == 0 {
			return
		}
		if a.trail.AppendAudit(ctx, batch) != nil {
			for _, e := range batch {
				a.toLog(e)
			}
		}
		batch = batch[:0]
	}
}

func (a *Auditor) toLog(e hawkfish.AuditEntry) {
	a.log.Warn("audit entry", "at", e.At, "user", e.UserName, "account_id", e.AccountID, "session_id", e.SessionID, "remote", e.Origin,
		"method", e.Method, "path", e.Target, "outcome", string(e.Outcome), "status", e.Status, "message_id", e.MessageID,
		"task_id", e.TaskID, "request_id", e.RequestID)
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
