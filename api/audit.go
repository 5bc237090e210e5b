package api

import (
	"context"
	"strconv"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// auditView is where the audit trail begins.
type auditView struct {
	ID    string        `json:"Id"`
	Name  string        `json:"Name"`
	Logs  *redfish.Link `json:"Logs"`
	Stats *redfish.Link `json:"Stats"`
}

// auditEntryView is one change, or one attempt that was refused.
type auditEntryView struct {
	ID        string                `json:"Id"`
	Name      string                `json:"Name"`
	Created   time.Time             `json:"Created"`
	User      string                `json:"User"`                // as claimed when Account is absent
	Account   string                `json:"AccountId,omitempty"` // who had logged in
	Session   string                `json:"SessionId,omitempty"`
	Origin    string                `json:"Origin"`
	Action    string                `json:"Action"` // HTTP method
	Resource  string                `json:"Resource"`
	Success   bool                  `json:"Success"`
	Outcome   hawkfish.AuditOutcome `json:"Outcome"`
	Status    int                   `json:"StatusCode"`
	MessageID string                `json:"MessageId,omitempty"` // of a refusal
	Task      *redfish.Link         `json:"Task,omitempty"`
	RequestID string                `json:"RequestId"`
}

// auditStatsView counts the audit trail.
type auditStatsView struct {
	ID        string           `json:"Id"`
	Name      string           `json:"Name"`
	Entries   int64            `json:"Entries"`
	ByOutcome map[string]int64 `json:"ByOutcome"`
	First     *time.Time       `json:"First,omitempty"`
	Last      *time.Time       `json:"Last,omitempty"`
}

const auditPath = "/redfish/v1/Oem/HawkFish/Audit"

func audit(c *control.Control) []redfish.Resource {
	root := redfish.Define(redfish.Spec[auditView, struct{}]{
		Type: "#HawkFishAudit.v1_0_0.HawkFishAudit", Name: "Audit", Path: auditPath, Like: "Audit",
		Load: nothing, Revision: unchanging,
		Show: func(to redfish.Links, _ struct{}) auditView {
			return auditView{ID: "Audit", Name: "Audit trail", Logs: to.To("AuditEntryCollection", ""), Stats: to.To("AuditStats", "")}
		},
	})
	collection := redfish.Collection(redfish.CollectionSpec{
		Type: "#HawkFishAuditEntryCollection.HawkFishAuditEntryCollection", Name: "AuditEntryCollection",
		Title: "Audit entries", Path: auditPath + "/Logs", Like: "AuditEntryCollection", Of: "AuditEntry",
		Filters: []string{"User", "Resource", "Action", "Outcome"},
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			wants := func(property string) string {
				if value := req.Wants(property); value != nil {
					return *value
				}
				return ""
			}
			found, total, err := c.ListAudit(ctx, hawkfish.AuditFilter{
				UserName: wants("User"), Target: wants("Resource"), Method: wants("Action"), Outcome: hawkfish.AuditOutcome(wants("Outcome")),
			}, page)
			return redfish.Keys(found, auditKey), total, err
		},
	})
	entry := redfish.Define(redfish.Spec[auditEntryView, hawkfish.AuditEntry]{
		Type: "#HawkFishAuditEntry.v1_0_0.HawkFishAuditEntry", Name: "AuditEntry", Path: auditPath + "/Logs/{id}", Like: "AuditEntry",
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.AuditEntry, error) {
			sequence, err := strconv.ParseInt(req.Var("id"), 10, 64)
			if err != nil {
				return hawkfish.AuditEntry{}, hawkfish.Missing("AuditEntry", req.Var("id"))
			}
			return c.FindAudit(ctx, sequence)
		},
		Key: auditKey, Revision: func(hawkfish.AuditEntry) int64 { return 1 },
		Show: showAuditEntry,
	})
	stats := redfish.Define(redfish.Spec[auditStatsView, hawkfish.AuditStats]{
		Type: "#HawkFishAuditStats.v1_0_0.HawkFishAuditStats", Name: "AuditStats", Path: auditPath + "/Stats", Like: "Audit",
		Load: func(ctx context.Context, _ *redfish.Request) (hawkfish.AuditStats, error) { return c.AuditStats(ctx) },
		Show: func(_ redfish.Links, s hawkfish.AuditStats) auditStatsView {
			v := auditStatsView{ID: "Stats", Name: "Audit statistics", ByOutcome: map[string]int64{}}
			for _, outcome := range hawkfish.AuditOutcome("").Values() {
				n := s.ByOutcome[hawkfish.AuditOutcome(outcome)]
				v.ByOutcome[outcome] = n
				v.Entries += n
			}
			if v.Entries > 0 {
				v.First, v.Last = &s.First, &s.Last
			}
			return v
		},
	})
	return []redfish.Resource{root, collection, entry, stats}
}

func auditKey(e hawkfish.AuditEntry) string { return strconv.FormatInt(e.Sequence, 10) }

func showAuditEntry(to redfish.Links, e hawkfish.AuditEntry) auditEntryView {
	v := auditEntryView{
		ID: auditKey(e), Name: e.Method + " " + e.Target, Created: e.At.UTC(), User: e.UserName, Account: e.AccountID, Session: e.SessionID,
		Origin: e.Origin, Action: e.Method, Resource: e.Target, Outcome: e.Outcome, Status: e.Status, MessageID: e.MessageID, RequestID: e.RequestID,
		Success: e.Outcome == hawkfish.AuditDone || e.Outcome == hawkfish.AuditAccepted,
	}
	if e.TaskID != "" {
		v.Task = to.To("Task", e.TaskID)
	}
	return v
}
