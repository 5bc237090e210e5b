package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

const (
	profilesURI = "/redfish/v1/Oem/HawkFish/Profiles"
	batchesURI  = "/redfish/v1/Oem/HawkFish/Batches"
)

func TestProfileLife(t *testing.T) {
	t.Parallel()
	s := newService(t)
	got := errorsOf(t, s.as(operator, "POST", profilesURI, `{"MemoryMiB":64,"Boot":{"Primary":"Usb"},"CloudInit":"x","Labels":{"a":1}}`))
	if want := []string{"PropertyValueOutOfRange /MemoryMiB", "PropertyValueNotInList /Boot/Primary", "PropertyUnknown /CloudInit", "PropertyMissing /Name"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	s.must(400, operator, "POST", profilesURI, `{"Name":"small","Labels":{"a":1}}`)
	s.must(400, operator, "POST", profilesURI, `{"Name":"small","Image":"nope"}`)
	s.must(403, viewer, "POST", profilesURI, `{"Name":"small"}`)
	doc, reply := s.must(201, operator, "POST", profilesURI, `{"Name":"small","CPU":2,"MemoryMiB":128,"Boot":{"Primary":"Pxe","Firmware":"UEFI"},"Network":"none","Labels":{"tier":"web"}}`)
	uri := doc["@odata.id"].(string)
	if reply.Header.Get("Location") != uri || doc["CPU"] != 2.0 || at(doc, "Boot/Primary") != "Pxe" || at(doc, "Labels/tier") != "web" || doc["DiskGiB"] != nil {
		t.Errorf("%v", doc)
	}
	s.must(409, operator, "POST", profilesURI, `{"Name":"small"}`)
	s.must(200, viewer, "GET", profilesURI+"/small", "")
	s.must(412, operator, "PATCH", uri, `{"CPU":4}`, "If-Match", `"99"`)
	s.must(403, viewer, "PATCH", uri, `{"CPU":4}`)
	changed, _ := s.must(200, operator, "PATCH", uri, `{"CPU":null,"MemoryMiB":256,"Boot":{"Primary":null}}`, "If-Match", reply.ETag)
	if changed["CPU"] != nil || changed["MemoryMiB"] != 256.0 || at(changed, "Boot/Primary") != nil || at(changed, "Boot/Firmware") != "UEFI" || changed["Network"] != "none" {
		t.Errorf("%v", changed)
	}

	s.must(400, operator, "POST", "/redfish/v1/Systems", `{"Name":"web1","Oem":{"HawkFish":{"Profile":"nope"}}}`)
	s.must(202, operator, "POST", "/redfish/v1/Systems", `{"Name":"web1","Oem":{"HawkFish":{"Profile":"small"}}}`)
	made, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems/web1", "")
	if at(made, "MemorySummary/TotalSystemMemoryGiB") != 0.25 || at(made, "Oem/HawkFish/Network") != nil || at(made, "Boot/BootSourceOverrideMode") != "UEFI" {
		t.Errorf("%v", made)
	}
	s.must(403, viewer, "DELETE", uri, "")
	s.must(204, operator, "DELETE", uri, "")
	s.must(404, operator, "GET", uri, "")
}

// batch asks for a batch of two, and returns its task.
func (s *service) batch() map[string]any {
	s.t.Helper()
	s.must(201, operator, "POST", profilesURI, `{"Name":"small","MemoryMiB":128,"DiskGiB":1}`)
	doc, _ := s.must(202, operator, "POST", batchesURI, `{"Profile":"small","Count":2,"NamePrefix":"web","ZeroPad":3,"MaxConcurrency":2}`)
	return doc
}

func (s *service) part(parent string, index int) hawkfish.Part {
	s.t.Helper()
	part, err := s.control.OpenPart(s.t.Context(), parent, index)
	if err != nil {
		s.t.Fatal(err)
	}
	return part
}

// A batch is a task with subtasks; each of these is a task, below its parent and nowhere else.
func TestBatchLife(t *testing.T) {
	t.Parallel()
	s := newService(t)
	task := s.batch()
	uri, id := task["@odata.id"].(string), task["Id"].(string)
	parts := uri + "/SubTasks"
	if at(task, "SubTasks/@odata.id") != parts {
		t.Errorf("%v", task)
	}
	if err := s.store.MarkDispatched(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	first, second := s.part(id, 0), s.part(id, 1)
	list, _ := s.must(200, viewer, "GET", parts, "")
	if list["Members@odata.count"] != 2.0 {
		t.Errorf("%v", list)
	}
	one, _ := s.must(200, viewer, "GET", parts+"/"+first.TaskID, "")
	if one["@odata.id"] != parts+"/"+first.TaskID || one["SubTasks"] != nil || at(one, "Oem/HawkFish/TargetName") != "web001" {
		t.Errorf("%v", one)
	}
	all, _ := s.must(200, viewer, "GET", "/redfish/v1/TaskService/Tasks", "")
	if all["Members@odata.count"] != 1.0 {
		t.Errorf("%v", all)
	}
	s.must(404, viewer, "GET", "/redfish/v1/TaskService/Tasks/"+first.TaskID, "")
	s.must(404, viewer, "GET", parts+"/"+id, "")
	s.must(404, viewer, "GET", parts+"/"+first.TaskID+"/SubTasks", "")
	monitor, reply := s.must(202, operator, "GET", one["TaskMonitor"].(string), "")
	if monitor["@odata.id"] != one["@odata.id"] || reply.Header.Get("Location") != one["TaskMonitor"] {
		t.Errorf("%v %v", monitor, reply.Header)
	}
	ordinary, _ := s.must(202, operator, "POST", "/redfish/v1/Systems", `{"Name":"single"}`)
	s.must(404, viewer, "GET", ordinary["@odata.id"].(string)+"/SubTasks", "")
	if ordinary["SubTasks"] != nil {
		t.Errorf("%v", ordinary)
	}

	// One has ended, the other waits for a person: the parent goes on, and says so.
	s.finish(first.TaskID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil)
	stuck := hawkfish.Suspension{Step: "power.Start", Faults: []*hawkfish.Error{{Kind: hawkfish.Unavailable, Message: "the host does not answer"}}}
	if err := s.store.SuspendTask(t.Context(), second.TaskID, stuck); err != nil {
		t.Fatal(err)
	}
	other, _ := s.must(200, viewer, "GET", parts+"/"+second.TaskID, "")
	mean := (100 + int(other["PercentComplete"].(float64))) / 2
	now, _ := s.must(200, viewer, "GET", uri, "")
	if now["TaskState"] != "Running" || now["TaskStatus"] != "Warning" || now["PercentComplete"] != float64(mean) || mean <= 50 || mean == 100 {
		t.Errorf("%v", now)
	}
	messages := now["Messages"].([]any)
	if len(messages) != 1 || !strings.Contains(messages[0].(map[string]any)["Message"].(string), "web002: power.Start") {
		t.Errorf("%v", messages)
	}
	retry := parts + "/" + second.TaskID + "/Actions/Oem/HawkFishTask.Retry"
	offered, _ := s.must(200, admin, "GET", parts+"/"+second.TaskID, "")
	if at(offered, "Actions/Oem/#HawkFishTask.Retry/target") != retry {
		t.Errorf("%v", offered["Actions"])
	}
	if after, _ := s.must(200, admin, "POST", retry, ""); after["@odata.id"] != parts+"/"+second.TaskID {
		t.Errorf("%v", after)
	}
	s.finish(second.TaskID, hawkfish.Outcome{State: schemas.TaskStateException, Faults: stuck.Faults}, nil, nil)
	fault := *stuck.Faults[0]
	fault.Message = "web002: " + fault.Message
	s.finish(id, hawkfish.Outcome{State: schemas.TaskStateCompleted, Faults: []*hawkfish.Error{&fault}}, nil, nil)
	over, _ := s.must(200, viewer, "GET", uri, "")
	messages = over["Messages"].([]any)
	if over["TaskState"] != "Completed" || over["TaskStatus"] != "Warning" || over["PercentComplete"] != 100.0 || len(messages) != 2 ||
		!strings.Contains(messages[0].(map[string]any)["Resolution"].(string), "web002") || !strings.HasSuffix(messages[1].(map[string]any)["MessageId"].(string), "TaskCompletedWarning") {
		t.Errorf("%v", over)
	}
	batch, reply := s.must(201, operator, "GET", task["TaskMonitor"].(string), "")
	if batch["@odata.id"] != batchesURI+"/"+id || reply.Header.Get("Location") != batch["@odata.id"] || batch["Made"] != 1.0 || batch["Failed"] != 1.0 || at(batch, "Task/@odata.id") != uri {
		t.Errorf("%v", batch)
	}
	if list, _ := s.must(200, viewer, "GET", batchesURI, ""); list["Members@odata.count"] != 1.0 {
		t.Errorf("%v", list)
	}
	s.must(404, viewer, "GET", batchesURI+"/"+ordinary["Id"].(string), "")
}

func TestCancelSubTask(t *testing.T) {
	t.Parallel()
	s := newService(t)
	task := s.batch()
	part := s.part(task["Id"].(string), 0)
	uri := task["@odata.id"].(string) + "/SubTasks/" + part.TaskID
	doc, reply := s.must(202, admin, "DELETE", uri, "")
	if doc["TaskState"] != "Cancelling" || reply.Header.Get("Location") != doc["TaskMonitor"] || !slices.Equal(s.engine.cancelled, []string{part.TaskID}) {
		t.Errorf("%v %v %q", doc, reply.Header, s.engine.cancelled)
	}
	stranger := caller(schemas.RoleOperator)
	stranger.Actor.Scope = hawkfish.Scope{}
	for _, uri := range []string{uri, task["@odata.id"].(string) + "/SubTasks", batchesURI + "/" + task["Id"].(string), profilesURI + "/small"} {
		s.must(404, stranger, "GET", uri, "")
	}
	s.must(404, stranger, "DELETE", uri, "")
}

func TestBatchRefusals(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.batch()
	for body, want := range map[string][]string{
		`{"Profile":"small","Count":0}`:                                     {"PropertyValueOutOfRange /Count"},
		`{"Count":1001,"ZeroPad":7,"MaxConcurrency":33}`:                    {"PropertyValueOutOfRange /Count", "PropertyValueOutOfRange /ZeroPad", "PropertyValueOutOfRange /MaxConcurrency", "PropertyMissing /Profile"},
		`{"Profile":"nope","Count":1}`:                                      {"PropertyValueIncorrect /Profile"},
		`{"Profile":"small","Count":1,"NamePrefix":"a_b"}`:                  {"PropertyValueIncorrect /NamePrefix"},
		`{"Profile":"small","Count":9,"NamePrefix":"x","Persona":"iLO"}`:    {"PropertyUnknown /Persona"},
		`{"Profile":"small","Count":1,"StartIndex":1,"NamePrefix":"web00"}`: nil,
	} {
		reply := s.as(operator, "POST", batchesURI, body)
		if want == nil {
			if reply.Status != 202 {
				t.Errorf("%s: %d %s", body, reply.Status, reply.Body)
			}
			continue
		}
		if got := errorsOf(t, reply); !slices.Equal(got, want) {
			t.Errorf("%s: %q", body, got)
		}
	}
	s.must(403, viewer, "POST", batchesURI, `{"Profile":"small","Count":1}`)
	s.provision("web001")
	if got := errorsOf(t, s.as(operator, "POST", batchesURI, `{"Profile":"small","Count":3,"NamePrefix":"web","ZeroPad":3}`)); !slices.Equal(got, []string{"ResourceAlreadyExists /NamePrefix"}) {
		t.Errorf("%q", got)
	}
}
