package server

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
)

// note leaves an entry in the audit trail. Bodies and queries, which may hold secrets, are left out.
func (s *Server) note(x *exchange, reply redfish.Reply) {
	if s.Audit == nil || !notable(x, reply.Status) {
		return
	}
	e := hawkfish.AuditEntry{
		At: time.Now(), UserName: x.claimed, Origin: x.from.String(), Method: x.method, Target: x.req.Path,
		Outcome: outcomeOf(reply.Status), Status: reply.Status, RequestID: x.req.ID,
	}
	if caller := x.req.Caller; caller != nil {
		e.AccountID, e.UserName, e.SessionID = caller.Actor.AccountID, caller.Actor.UserName, caller.Actor.SessionID
	}
	e.TaskID = reply.Task
	if reply.Status >= http.StatusBadRequest {
		e.MessageID = codeOf(reply.Body)
	}
	s.Audit(e)
}

// notable tells changes and refused attempts from reads. Who reads without saying who they are learns that
// they must, which every client begins with; and what limits refuse would let callers fill the trail.
func notable(x *exchange, status int) bool {
	switch {
	case status == http.StatusTooManyRequests:
		return false
	case x.method != http.MethodGet && x.method != http.MethodHead && x.method != http.MethodOptions:
		return true
	case status == http.StatusUnauthorized:
		return x.claimed != ""
	}
	return status == http.StatusForbidden
}

func outcomeOf(status int) hawkfish.AuditOutcome {
	switch {
	case status == http.StatusAccepted:
		return hawkfish.AuditAccepted
	case status < http.StatusBadRequest:
		return hawkfish.AuditDone
	case status < http.StatusInternalServerError:
		return hawkfish.AuditRefused
	}
	return hawkfish.AuditFailed
}

// codeOf returns the MessageId of an error body.
func codeOf(body []byte) string {
	var refusal struct{ Error struct{ Code string } }
	_ = json.Unmarshal(body, &refusal) // ours
	return refusal.Error.Code
}
