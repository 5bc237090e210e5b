package server

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/api"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// Every operation of the product is found where it says, and only logins are guarded as such.
func TestTheWholeTreeIsFound(t *testing.T) {
	t.Parallel()
	service := redfish.NewService(api.Resources(&control.Control{}, api.ServiceInfo{UUID: "0197fd3e-7777-7777-8777-777777777777"}))
	r := start(t, plain, func(cfg *Config) { cfg.Service = service })
	variable := regexp.MustCompile(`\{[^}]*\}`)
	logins := 0
	for _, op := range service.Operations() {
		var values [maxVariables]string
		found := r.routes.find(variable.ReplaceAllString(op.Path, "some-id"), &values)
		require.NotNil(t, found, op.Path)
		assert.Equal(t, op.Path, found.pattern)
		e := found.endpoint(op.Method)
		require.NotNil(t, e, "%s %s", op.Method, op.Path)
		assert.Contains(t, found.allow, op.Method)
		if e.login {
			logins++
			assert.Equal(t, http.MethodPost, op.Method)
			assert.Regexp(t, `/Sessions(/Members)?$`, op.Path)
		}
	}
	assert.Positive(t, logins)
	assert.Equal(t, 200, r.do("GET", "/redfish/v1/", "").StatusCode)
}
