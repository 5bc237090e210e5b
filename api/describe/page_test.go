package describe_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish/api/describe"
	"github.com/projectbeskar/hawkfish/api/redfish"
)

// The page loads what is served here, and nothing else.
func TestPageWorksOffline(t *testing.T) {
	t.Parallel()
	s := redfish.NewService(describe.Resources("test"))
	get := func(path string) redfish.Reply {
		for _, op := range s.Operations() {
			req := redfish.Request{Method: "GET", Path: path}
			pattern, file, variable := strings.Cut(op.Path, "{file}")
			if variable && strings.HasPrefix(path, pattern) {
				req.SetVar("file", strings.TrimPrefix(path, pattern)+file)
			} else if op.Path != path {
				continue
			}
			return op.Serve(t.Context(), &req, func(context.Context, error) {})
		}
		t.Fatalf("nothing serves %s", path)
		return redfish.Reply{}
	}
	page := get("/redfish/v1/docs")
	if page.Status != 200 || !strings.HasPrefix(page.ContentType, "text/html") || !strings.Contains(page.Header.Get("Content-Security-Policy"), "default-src 'self'") {
		t.Fatalf("%d %s %v", page.Status, page.ContentType, page.Header)
	}
	loaded := regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(string(page.Body), -1)
	if len(loaded) < 4 {
		t.Errorf("%q", loaded)
	}
	for _, one := range loaded {
		if part := one[1]; part != "data:," {
			if reply := get(part); reply.Status != 200 || len(reply.Body) == 0 {
				t.Errorf("%s: %d", part, reply.Status)
			}
		}
	}
	if script := get("/redfish/v1/docs/page.js"); !strings.Contains(string(script.Body), `"/redfish/v1/openapi.json"`) || !strings.Contains(string(script.Body), "validatorUrl: null") {
		t.Errorf("%s", script.Body)
	}
	for _, path := range []string{"/redfish/v1/docs/README.md", "/redfish/v1/docs/..", "/redfish/v1/schemas/x", "/redfish/v1/docs/"} {
		if reply := get(path); reply.Status != 404 {
			t.Errorf("%s: %d", path, reply.Status)
		}
	}
}
