package hawkfish

import "time"

// AuditEntry is one change, or one attempt that was refused. It holds no secret.
type AuditEntry struct {
	Sequence  int64
	At        time.Time
	AccountID string // empty: nobody had logged in
	UserName  string // as it was claimed when nobody had
	SessionID string // empty: Basic authentication, or nobody
	Origin    string // address
	Method    string // of HTTP
	Target    string // path
	Outcome   AuditOutcome
	Status    int    // of HTTP
	MessageID string // of a refusal
	TaskID    string // of what was accepted
	RequestID string
}

// AuditOutcome is how an attempt ended.
type AuditOutcome string

const (
	AuditDone     AuditOutcome = "Done"
	AuditAccepted AuditOutcome = "Accepted" // a task does it
	AuditRefused  AuditOutcome = "Refused"
	AuditFailed   AuditOutcome = "Failed" // through no fault of the caller
)

// Values lists the outcomes.
func (AuditOutcome) Values() []string {
	return []string{string(AuditDone), string(AuditAccepted), string(AuditRefused), string(AuditFailed)}
}

// AuditFilter narrows a look at the audit trail; the zero value sees all.
type AuditFilter struct {
	UserName, Target, Method string
	Outcome                  AuditOutcome
	After, Before            time.Time
}

// AuditStats counts the audit trail.
type AuditStats struct {
	First, Last time.Time // zero when there are no entries
	ByOutcome   map[AuditOutcome]int64
}
