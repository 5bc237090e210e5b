package api_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// No link dangles, every resource says who it is, and every action is there to be done.
func TestEveryLinkResolves(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.describe(s.provision("web1"))
	s.must(202, admin, "POST", "/redfish/v1/Oem/HawkFish/Images", `{"Name":"deb","Version":"12","URL":"https://x/deb.qcow2"}`)
	s.must(202, admin, "POST", "/redfish/v1/Systems", `{"Name":"web2"}`)
	s.part(s.batch()["Id"].(string), 0)
	s.must(201, nil, "POST", "/redfish/v1/SessionService/Sessions", `{"UserName":"admin","Password":"`+password+`"}`)

	seen := map[string]bool{}
	var follow func(from, uri string)
	var walk func(from, property string, v any)
	walk = func(from, property string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, sub := range v {
				walk(from, name, sub)
			}
		case []any:
			for _, sub := range v {
				walk(from, property, sub)
			}
		case string:
			switch property {
			case "@odata.id", "@Redfish.ActionInfo", "TaskMonitor", "Uri", "Members@odata.nextLink":
				follow(from, v)
			case "target":
				if reply := s.as(nil, "POST", v, ``); reply.Status != 401 {
					t.Errorf("%s: the action %s answers a stranger %d", from, v, reply.Status)
				}
			}
		}
	}
	follow = func(from, uri string) {
		uri, _, _ = strings.Cut(uri, "#") // a member within a resource
		if seen[uri] || !strings.HasPrefix(uri, "/") {
			return
		}
		seen[uri] = true
		reply := s.as(admin, "GET", uri, "")
		if reply.Status >= 300 {
			t.Errorf("%s links to %s, which answers %d", from, uri, reply.Status)
			return
		}
		if len(reply.Body) == 0 || strings.Contains(uri, "TaskMonitors") || strings.Contains(uri, "SchemaStore") {
			return
		}
		doc, _ := s.must(200, admin, "GET", uri, "")
		if doc["@odata.id"] != uri || doc["@odata.type"] == nil || doc["Name"] == nil {
			t.Errorf("%s calls itself %v, %v, %v", uri, doc["@odata.id"], doc["@odata.type"], doc["Name"])
		}
		if id, ok := doc["Id"].(string); ok && uri != redfish.Root && !strings.HasSuffix(uri, "/"+id) {
			t.Errorf("%s has the Id %s", uri, id)
		}
		walk(uri, "", doc)
	}
	follow("", redfish.Root)
	for _, op := range s.tree.Operations() {
		if op.Method == "GET" && !strings.Contains(op.Path, "{") && strings.HasPrefix(op.Path, redfish.Root) && !seen[op.Path] {
			switch op.Path {
			case "/redfish/v1/odata", "/redfish/v1/$metadata", "/redfish/v1/Sessions",
				"/redfish/v1/openapi.yaml", "/redfish/v1/openapi.json", "/redfish/v1/docs",
				"/redfish/v1/UpdateService/SimpleUpdateActionInfo": // of an action that is not offered
			default:
				t.Errorf("no link leads to %s", op.Path)
			}
		}
	}
	if len(seen) < 35 {
		t.Errorf("only %d resources: %v", len(seen), seen)
	}
}

// Strangers reach what a login needs, and nothing else.
func TestEveryOperationIsGuarded(t *testing.T) {
	t.Parallel()
	s := newService(t)
	open := []string{
		"GET /redfish", "GET /redfish/v1/", "GET /redfish/v1/$metadata", "GET /redfish/v1/odata",
		"GET /redfish/v1/openapi.yaml", "GET /redfish/v1/openapi.json", "GET /redfish/v1/docs", "GET /redfish/v1/docs/{file}", "GET /redfish/v1/schemas/{file}",
		"POST /redfish/v1/SessionService/Sessions", "POST /redfish/v1/SessionService/Sessions/Members",
		"POST /redfish/v1/Sessions", "POST /redfish/v1/Sessions/Members",
	}
	for _, op := range s.tree.Operations() {
		name := op.Method + " " + op.Path
		req := redfish.Request{Method: op.Method, Path: op.Path}
		reply := op.Serve(t.Context(), &req, func(context.Context, error) {})
		if isOpen := slices.Contains(open, name); (reply.Status == 401) == isOpen {
			t.Errorf("%s answers a stranger %d", name, reply.Status)
		}
		if op.Needs == nil {
			t.Errorf("%s is denied to everyone: the privilege registry has a gap", name)
		}
		if op.Method != "GET" && !slices.Contains(open, name) {
			req := redfish.Request{Method: op.Method, Path: op.Path, Caller: viewer}
			req.SetVar("id", "00000000-0000-4000-8000-000000000000")
			if got := op.Serve(t.Context(), &req, func(context.Context, error) {}).Status; got != 403 && got != 404 {
				t.Errorf("%s answers a viewer %d", name, got)
			}
		}
	}
}

// Who holds no project sees nothing of any, and cannot tell that it is there.
func TestStrangersToAProjectSeeNothing(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	doc, _ := s.must(202, admin, "POST", "/redfish/v1/Systems/"+id+"/Actions/ComputerSystem.Reset", `{"ResetType":"On"}`)
	stranger := caller(schemas.RoleOperator)
	stranger.Actor.Scope = hawkfish.Scope{}
	for _, uri := range []string{
		"/redfish/v1/Systems/" + id, "/redfish/v1/Systems/web1", "/redfish/v1/Systems/" + id + "/Oem/HawkFish/SerialLog",
		"/redfish/v1/TaskService/Tasks/" + doc["Id"].(string), "/redfish/v1/TaskService/TaskMonitors/" + doc["Id"].(string),
	} {
		s.must(404, stranger, "GET", uri, "")
	}
	s.must(404, stranger, "DELETE", "/redfish/v1/Systems/"+id, "")
	s.must(404, stranger, "POST", "/redfish/v1/Systems/"+id+"/Actions/ComputerSystem.Reset", `{"ResetType":"ForceOff"}`)
	for _, uri := range []string{"/redfish/v1/Systems", "/redfish/v1/TaskService/Tasks", "/redfish/v1/Oem/HawkFish/Projects"} {
		if doc, _ := s.must(200, stranger, "GET", uri, ""); doc["Members@odata.count"] != 0.0 {
			t.Errorf("%s: %v", uri, doc)
		}
	}
}

// What can be written is said where it is: at the root, and in the objects within.
func TestWriteableProperties(t *testing.T) {
	t.Parallel()
	s := newService(t)
	system := "/redfish/v1/Systems/" + s.provision("web1")
	const annotation = "/@Redfish.WriteableProperties"
	for uri, want := range map[string]map[string]any{
		system + "/SecureBoot": {annotation: []any{"SecureBootEnable"}},
		"/redfish/v1/Managers/HawkFish/NetworkProtocol": {
			annotation: nil, "/NTP" + annotation: []any{"NTPServers"}, "/SSDP" + annotation: []any{"ProtocolEnabled"}, "/HTTPS" + annotation: nil,
		},
		"/redfish/v1/TaskService": {annotation: nil},
	} {
		doc, _ := s.must(200, admin, "GET", uri, "")
		for path, names := range want {
			if got := at(doc, path[1:]); !reflect.DeepEqual(got, names) {
				t.Errorf("%s%s: %v, not %v", uri, path, got, names)
			}
		}
	}
}
