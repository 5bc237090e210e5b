package server

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func TestChangesAndRefusalsAreNoted(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var noted []hawkfish.AuditEntry
	r := start(t, func(cfg *Config) {
		cfg.Audit = func(e hawkfish.AuditEntry) {
			mu.Lock()
			defer mu.Unlock()
			noted = append(noted, e)
		}
	})
	for _, do := range []struct{ method, path, body, header, want string }{
		{"DELETE", "/redfish/v1/Systems/a?secret=1", "", asAdmin, "admin 1 DELETE /redfish/v1/Systems/a Done 204"},
		{"DELETE", "/redfish/v1/Systems/a", "", asReader, "reader 2 DELETE /redfish/v1/Systems/a Refused 403"},
		{"DELETE", "/redfish/v1/Systems/a", "", "X-A: b", "  DELETE /redfish/v1/Systems/a Refused 401"},
		{"GET", "/redfish/v1/Systems/a", "", asAdmin, ""},
		{"GET", "/redfish/v1/Systems/a", "", "X-A: b", ""},
		{"GET", "/redfish/v1/Systems/a", "", asStranger, "admin  GET /redfish/v1/Systems/a Refused 401"},
		{"POST", "/redfish/v1/SessionService/Sessions", `{"UserName":"admin","Password":"wrong"}`, "X-A: b", "admin  POST /redfish/v1/SessionService/Sessions Refused 401"},
		{"POST", "/redfish/v1/SessionService/Sessions", `{"UserName":"admin","Password":"right"}`, "X-A: b", "admin  POST /redfish/v1/SessionService/Sessions Done 204"},
	} {
		mu.Lock()
		noted = nil
		mu.Unlock()
		got := r.do(do.method, do.path, do.body, do.header)
		mu.Lock()
		text := ""
		for _, e := range noted {
			text += fmt.Sprint(e.UserName, " ", e.AccountID, " ", e.Method, " ", e.Target, " ", e.Outcome, " ", e.Status)
			assert.Equal(t, got.Header.Get("X-Request-Id"), e.RequestID)
			assert.Equal(t, "127.0.0.1", e.Origin)
			assert.Equal(t, e.Outcome == hawkfish.AuditRefused, e.MessageID != "")
			assert.NotContains(t, fmt.Sprintf("%+v", e), "secret")
			assert.NotContains(t, fmt.Sprintf("%+v", e), "wrong")
		}
		mu.Unlock()
		assert.Equal(t, do.want, text)
	}
}

func TestBasicAuthenticationCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	r := start(t)
	for state, want := range map[schemas.BasicAuthState][]any{
		schemas.BasicAuthStateEnabled:      {200, true},
		schemas.BasicAuthStateUnadvertised: {200, false},
		schemas.BasicAuthStateDisabled:     {401, false},
	} {
		r.accounts.mu.Lock()
		r.accounts.basic = state
		r.accounts.mu.Unlock()
		got := r.do("GET", "/redfish/v1/Systems/a", "", asAdmin)
		refused := r.do("GET", "/redfish/v1/Systems/a", "")
		assert.Equal(t, want, []any{got.StatusCode, refused.Header.Get("WWW-Authenticate") != ""}, state)
		assert.Equal(t, 401, refused.StatusCode)
		assert.Equal(t, 200, r.do("GET", "/redfish/v1/Systems/a", "", withToken).StatusCode)
	}
}
