package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func TestSystemLife(t *testing.T) {
	t.Parallel()
	s := newService(t)

	task, reply := s.must(202, operator, "POST", "/redfish/v1/Systems",
		`{"Name":"web1","CPU":2,"MemoryMiB":512,"DiskGiB":1,"Network":"none","Boot":{"Primary":"Pxe","Firmware":"UEFI"}}`)
	monitor := reply.Header.Get("Location")
	if monitor != "/redfish/v1/TaskService/TaskMonitors/"+task["Id"].(string) || reply.Header.Get("Retry-After") == "" ||
		task["TaskMonitor"] != monitor || task["TaskState"] != "New" {
		t.Fatalf("%+v %v", reply.Header, task)
	}
	if at(task, "Payload/HttpOperation") != "POST" || !strings.Contains(at(task, "Payload/JsonBody").(string), `"Pxe"`) {
		t.Errorf("payload: %v", task["Payload"])
	}
	_, waiting := s.must(202, operator, "GET", monitor, "")
	if waiting.Header.Get("Retry-After") == "" || waiting.Header.Get("Location") != monitor {
		t.Errorf("monitor: %+v", waiting.Header)
	}
	found, _ := s.store.FindTask(t.Context(), hawkfish.Scope{All: true}, task["Id"].(string))
	id := found.Target.ID
	if doc, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems/"+id, ""); at(doc, "Oem/HawkFish/Phase") != "Provisioning" || at(doc, "Status/State") != "Starting" {
		t.Errorf("while it is provisioned: %v", doc)
	}
	s.finish(found.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil)

	made, reply := s.must(201, operator, "GET", monitor, "")
	if reply.Header.Get("Location") != "/redfish/v1/Systems/"+id || made["Name"] != "web1" || reply.ETag == "" {
		t.Errorf("the monitor at the end: %+v %v", reply.Header, made)
	}
	for path, want := range map[string]any{
		"@odata.id": "/redfish/v1/Systems/" + id, "UUID": id, "SystemType": "Virtual", "MemorySummary/TotalSystemMemoryGiB": 0.5,
		"ProcessorSummary/LogicalProcessorCount": 2.0, "Oem/HawkFish/Boot/Primary": "Pxe", "Boot/BootSourceOverrideMode": "UEFI", "Oem/HawkFish/Network": nil,
	} {
		if got := at(made, path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}

	byName, named := s.must(200, viewer, "GET", "/redfish/v1/Systems/web1", "")
	if byName["@odata.id"] != "/redfish/v1/Systems/"+id {
		t.Errorf("by name: %v", byName["@odata.id"])
	}
	s.must(304, viewer, "GET", "/redfish/v1/Systems/"+id, "", "If-None-Match", named.ETag)
	changed, after := s.must(200, operator, "PATCH", "/redfish/v1/Systems/web1", `{"AssetTag":"A1"}`, "If-Match", named.ETag)
	if changed["AssetTag"] != "A1" || after.ETag == named.ETag {
		t.Errorf("changed: %s %v", after.ETag, changed)
	}
	s.must(412, operator, "PATCH", "/redfish/v1/Systems/"+id, `{"AssetTag":"A2"}`, "If-Match", named.ETag)

	gone, _ := s.must(202, operator, "DELETE", "/redfish/v1/Systems/"+id, `{"Name":1,}`) // nobody reads it
	if at(gone, "Payload/JsonBody") != nil {
		t.Errorf("a body that was not read is kept: %v", gone["Payload"])
	}
	s.finish(gone["Id"].(string), hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil)
	s.must(204, operator, "GET", gone["TaskMonitor"].(string), "")
	s.must(404, operator, "GET", "/redfish/v1/Systems/"+id, "")
	if doc, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems", ""); doc["Members@odata.count"] != 0.0 {
		t.Errorf("%v", doc)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	const action = "/Actions/ComputerSystem.Reset"
	doc, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems/"+id, "")
	accepted := at(doc, "Actions/#ComputerSystem.Reset/ResetType@Redfish.AllowableValues").([]any)
	if len(accepted) != len(hawkfish.ResetTypes()) {
		t.Errorf("accepted: %v", accepted)
	}
	for _, reset := range accepted { // whatever the state: what is already so succeeds
		task, _ := s.must(202, operator, "POST", "/redfish/v1/Systems/web1"+action, `{"ResetType":"`+reset.(string)+`"}`)
		s.finish(task["Id"].(string), hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil)
		s.must(204, operator, "GET", task["TaskMonitor"].(string), "")
	}
	for body, want := range map[string]string{
		`{"ResetType":"Nope"}`: "ActionParameterValueNotInList /ResetType",
		`{}`:                   "ActionParameterMissing /ResetType",
	} {
		if got := errorsOf(t, s.as(operator, "POST", "/redfish/v1/Systems/"+id+action, body)); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q", body, got)
		}
	}
	s.engine.down = hawkfish.Down("Temporal", nil)
	if _, reply := s.must(503, operator, "POST", "/redfish/v1/Systems/"+id+action, `{"ResetType":"On"}`); reply.Header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
}

func TestProvisionRefusals(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.provision("web1")
	for body, want := range map[string][]string{
		`{"Nope":1,"CPU":0,"MemoryMiB":"much","DiskGiB":99999999,"Boot":{"Primary":"Usb"}}`: {
			"PropertyUnknown /Nope", "PropertyValueOutOfRange /CPU", "PropertyValueTypeError /MemoryMiB",
			"PropertyValueOutOfRange /DiskGiB", "PropertyValueNotInList /Boot/Primary", "PropertyMissing /Name",
		},
		`{"Name":"web_1","Image":"none:1","Project":"none"}`: {
			"PropertyValueIncorrect /Name", "PropertyValueIncorrect /Project", "PropertyValueIncorrect /Image",
		},
		`{"Name":"web1"}`: {"ResourceAlreadyExists /Name"},
	} {
		if got := errorsOf(t, s.as(operator, "POST", "/redfish/v1/Systems", body)); !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", body, got, want)
		}
	}
	if doc, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems", ""); doc["Members@odata.count"] != 1.0 {
		t.Errorf("something was left behind: %v", doc)
	}
}

func TestSerialLog(t *testing.T) {
	t.Parallel()
	s := newService(t)
	uri := "/redfish/v1/Systems/" + s.provision("web1") + "/Oem/HawkFish/SerialLog"
	if doc, _ := s.must(200, operator, "GET", uri, ""); doc["Output"] != "booted on kvm1\uFFFD" {
		t.Errorf("%v", doc)
	}
	s.must(403, viewer, "GET", uri, "") // guests print secrets
}

// An asset tag and a description may be null (DSP0268): null takes them away, and nothing else can be null.
func TestNullTakesAway(t *testing.T) {
	t.Parallel()
	s := newService(t)
	system := "/redfish/v1/Systems/" + s.provision("web1")
	project, _ := s.must(201, admin, "POST", projectsURI, `{"Name":"blue","Description":"sea"}`)
	for uri, property := range map[string]string{system: "AssetTag", project["@odata.id"].(string): "Description"} {
		s.must(200, admin, "PATCH", uri, `{"`+property+`":"x"}`)
		if doc, _ := s.must(200, admin, "PATCH", uri, `{"`+property+`":null}`); doc[property] != "" && doc[property] != nil {
			t.Errorf("%s: %v", property, doc[property])
		}
	}
	if got := errorsOf(t, s.as(admin, "PATCH", project["@odata.id"].(string), `{"Name":null}`)); !slices.Equal(got, []string{"PropertyValueTypeError /Name"}) {
		t.Errorf("%q", got)
	}
}
