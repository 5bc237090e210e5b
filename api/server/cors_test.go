package server

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	uiOrigin = "https://ui.example.com"
	fromUI   = "Origin: " + uiOrigin
	fromEvil = "Origin: https://evil.example.com"
	preflit  = "Access-Control-Request-Method: PATCH"
)

func from(origins ...string) option { return func(cfg *Config) { cfg.Origins = origins } }

// Without declared origins nobody is told anything.
func TestCORSIsOff(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, method := range []string{"GET", "OPTIONS"} {
		got := r.do(method, "/redfish/v1/", "", fromUI, preflit)
		assert.Empty(t, got.Header.Get("Access-Control-Allow-Origin"))
		assert.Empty(t, got.Header.Get("Access-Control-Allow-Methods"))
		assert.NotContains(t, got.Header.Get("Vary"), "Origin")
	}
	assert.Equal(t, 405, r.do("OPTIONS", "/redfish/v1/", "", fromUI, preflit).StatusCode)
}

// Pages of a declared origin may use the service; those of others are where they would be without.
func TestCORSOfDeclaredOrigins(t *testing.T) {
	t.Parallel()
	r := start(t, from(uiOrigin))
	flight := r.do("OPTIONS", "/redfish/v1/Systems/1", "", fromUI, preflit, "Access-Control-Request-Headers: x-auth-token")
	assert.Equal(t, 204, flight.StatusCode)
	assert.Equal(t, uiOrigin, flight.Header.Get("Access-Control-Allow-Origin"))
	for _, method := range []string{"GET", "POST", "PATCH", "DELETE"} {
		assert.Contains(t, flight.Header.Get("Access-Control-Allow-Methods"), method)
	}
	for _, name := range []string{"X-Auth-Token", "Authorization", "Content-Type", "If-Match", "OData-Version"} {
		assert.Contains(t, flight.Header.Get("Access-Control-Allow-Headers"), name)
	}
	assert.Empty(t, flight.Header.Get("Access-Control-Allow-Credentials"))

	read := r.do("GET", "/redfish/v1/Systems", "", fromUI, asAdmin, "Accept-Encoding: gzip")
	assert.Equal(t, 200, read.StatusCode)
	assert.Equal(t, uiOrigin, read.Header.Get("Access-Control-Allow-Origin"))
	exposed := strings.Split(read.Header.Get("Access-Control-Expose-Headers"), ", ")
	for _, name := range []string{"ETag", "Location", "X-Auth-Token", "Link", "OData-Version", "Retry-After", "Allow"} {
		assert.Contains(t, exposed, name)
	}
	assert.Contains(t, read.Header.Get("Vary"), "Origin")
	assert.Contains(t, read.Header.Get("Vary"), "Accept-Encoding")
	refused := r.do("GET", "/redfish/v1/Systems", "", fromUI)
	assert.Equal(t, 401, refused.StatusCode)
	assert.Equal(t, uiOrigin, refused.Header.Get("Access-Control-Allow-Origin"), "the page may read why")
	assert.Equal(t, 204, r.do("DELETE", "/redfish/v1/Systems/1", "", fromUI, "Sec-Fetch-Site: cross-site", asAdmin).StatusCode)

	assert.Equal(t, 405, r.do("OPTIONS", "/redfish/v1/Systems/1", "", fromEvil, preflit).StatusCode)
	other := r.do("GET", "/redfish/v1/Systems", "", fromEvil, asAdmin)
	assert.Equal(t, 200, other.StatusCode)
	assert.Empty(t, other.Header.Get("Access-Control-Allow-Origin"))
	assert.Contains(t, other.Header.Get("Vary"), "Origin")
	assert.Equal(t, 403, r.do("DELETE", "/redfish/v1/Systems/1", "", fromEvil, "Sec-Fetch-Site: cross-site", asAdmin).StatusCode)
	assert.Contains(t, r.do("GET", "/redfish/v1/", "").Header.Get("Vary"), "Origin")
}

// Where all may, no browser can be made to use the password that it remembers.
func TestCORSOfAnyOrigin(t *testing.T) {
	t.Parallel()
	r := start(t, from(AnyOrigin))
	read := r.do("GET", "/redfish/v1/Systems", "", fromEvil, asAdmin)
	assert.Equal(t, "*", read.Header.Get("Access-Control-Allow-Origin"))
	assert.Empty(t, read.Header.Get("Access-Control-Allow-Credentials"))
	const cross = "Sec-Fetch-Site: cross-site"
	assert.Equal(t, 403, r.do("DELETE", "/redfish/v1/Systems/1", "", fromEvil, cross, asAdmin).StatusCode)
	assert.Equal(t, 204, r.do("DELETE", "/redfish/v1/Systems/1", "", fromEvil, cross, withToken).StatusCode)
	assert.Equal(t, 204, r.do("POST", "/redfish/v1/SessionService/Sessions", `{"UserName":"admin","Password":"right"}`, fromEvil, cross).StatusCode)
}
