package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
)

// reset opens a reset of a new system and returns the task's URI and its monitor's.
func (s *service) reset(name string) (id, uri, monitor string) {
	s.t.Helper()
	system := s.provision(name)
	doc, _ := s.must(202, operator, "POST", "/redfish/v1/Systems/"+system+"/Actions/ComputerSystem.Reset", `{"ResetType":"On"}`)
	return doc["Id"].(string), doc["@odata.id"].(string), doc["TaskMonitor"].(string)
}

// A task that fails in minute three reads like a request refused at once.
func TestFailedTask(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id, uri, monitor := s.reset("web1")
	s.finish(id, hawkfish.Outcome{State: schemas.TaskStateException, Faults: []*hawkfish.Error{
		{Kind: hawkfish.TimedOut, Resource: "ComputerSystem", Message: "the guest ignored the power button"},
		{Kind: hawkfish.Invalid, Property: "/ResetType", Value: "On"},
	}}, nil, nil)
	doc, reply := s.must(200, viewer, "GET", uri, "")
	if doc["TaskState"] != "Exception" || doc["TaskStatus"] != "Critical" || doc["EndTime"] == nil || reply.ETag == "" {
		t.Errorf("%v", doc)
	}
	refused := s.as(viewer, "GET", monitor, "")
	if got := errorsOf(t, refused); refused.Status < 500 || !slices.Equal(got, []string{"OperationTimeout", "PropertyValueIncorrect /ResetType"}) {
		t.Errorf("%d %q", refused.Status, got)
	}
	for i, m := range doc["Messages"].([]any) {
		if want := []string{"OperationTimeout", "PropertyValueIncorrect"}[i]; !strings.HasSuffix(m.(map[string]any)["MessageId"].(string), want) {
			t.Errorf("message %d: %v", i, m)
		}
	}
	if !strings.Contains(string(refused.Body), "the guest ignored the power button") {
		t.Errorf("the reason is missing: %s", refused.Body)
	}
}

// What did not answer while a task went on has made it fail for good: nobody is told to come back for the answer.
func TestAnEndedTaskIsNotUnavailable(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id, _, monitor := s.reset("web1")
	s.finish(id, hawkfish.Outcome{State: schemas.TaskStateException, Faults: []*hawkfish.Error{
		{Kind: hawkfish.Unavailable, Resource: "Host", ID: "h1", Message: "libvirt does not answer"},
	}}, nil, nil)
	if reply := s.as(viewer, "GET", monitor, ""); reply.Status != 500 || reply.Header.Get("Retry-After") != "" {
		t.Errorf("%d, Retry-After %q", reply.Status, reply.Header.Get("Retry-After"))
	}
}

func TestSuspendedTask(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id, uri, monitor := s.reset("web1")
	s.engine.sight = durable.Sight{RunID: "run-1", Open: true, Step: "power.Start", Attempt: 3, LastFailure: "virError 38"}
	if err := s.store.MarkDispatched(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if doc, reply := s.must(200, admin, "GET", uri, ""); doc["TaskState"] != "Running" || doc["PercentComplete"] == nil || reply.ETag != "" ||
		at(doc, "Oem/HawkFish/LastFailure") != "virError 38" || at(doc, "Oem/HawkFish/Attempt") != 3.0 {
		t.Errorf("%s %v", reply.ETag, doc)
	}
	if doc, _ := s.must(200, operator, "GET", uri, ""); at(doc, "Oem/HawkFish/LastFailure") != nil {
		t.Errorf("an operator reads the cause: %v", doc)
	}
	action := uri + "/Actions/Oem/HawkFishTask.Retry"
	if doc, _ := s.must(200, admin, "GET", uri, ""); at(doc, "Actions/Oem") != nil {
		t.Errorf("a running task offers %v", doc["Actions"])
	}
	s.must(409, admin, "POST", action, "") // it is not suspended
	err := s.store.SuspendTask(t.Context(), id, hawkfish.Suspension{
		Step: "power.Start", Faults: []*hawkfish.Error{{Kind: hawkfish.Unavailable, Message: "the host does not answer"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := s.must(200, admin, "GET", uri, "")
	if doc["TaskState"] != "Suspended" || doc["TaskStatus"] != "Warning" || at(doc, "Oem/HawkFish/TemporalUI") != "http://ui/namespaces/hawkfish/workflows/"+id {
		t.Errorf("%v", doc)
	}
	if messages := doc["Messages"].([]any); len(messages) != 2 || !strings.Contains(messages[1].(map[string]any)["Message"].(string), "the host does not answer") {
		t.Errorf("%v", doc["Messages"])
	}
	if at(doc, "Actions/Oem/#HawkFishTask.Retry/target") != action {
		t.Errorf("a suspended task offers %v", doc["Actions"])
	}
	s.must(202, operator, "GET", monitor, "")
	s.must(403, operator, "POST", action, "")
	if doc, _ := s.must(200, operator, "GET", uri, ""); at(doc, "Actions/Oem") != nil {
		t.Errorf("who may not decide is offered %v", doc["Actions"])
	}
	err = s.store.SuspendTask(t.Context(), id, hawkfish.Suspension{Step: "power.Observe", Needed: true})
	if err != nil {
		t.Fatal(err)
	}
	if doc, _ := s.must(200, admin, "GET", uri, ""); at(doc, "Actions/Oem/#HawkFishTask.Resume") != nil || at(doc, "Actions/Oem/#HawkFishTask.Abort") == nil {
		t.Errorf("a step that is needed offers %v", doc["Actions"])
	}
	for _, decision := range []string{"Retry", "Resume", "Abort"} {
		s.must(200, admin, "POST", uri+"/Actions/Oem/HawkFishTask."+decision, "{}")
	}
	if len(s.engine.updates) != 3 || !strings.HasSuffix(s.engine.updates[0], " by Administrator") {
		t.Errorf("%q", s.engine.updates)
	}
}

func TestCancelTask(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id, uri, monitor := s.reset("web1")
	s.must(403, viewer, "DELETE", uri, "")
	s.must(403, viewer, "DELETE", monitor, "")
	s.must(202, operator, "DELETE", uri, "") // who may start it may stop it
	s.engine.cancelled = nil
	doc, _ := s.must(202, operator, "DELETE", monitor, "")
	if doc["TaskState"] != "Cancelling" || !slices.Equal(s.engine.cancelled, []string{id}) {
		t.Errorf("%v %q", doc, s.engine.cancelled)
	}
	s.finish(id, hawkfish.Outcome{State: schemas.TaskStateCancelled}, nil, nil)
	if doc, _ := s.must(200, viewer, "GET", uri, ""); doc["TaskState"] != "Cancelled" {
		t.Errorf("%v", doc)
	}
	s.must(409, operator, "GET", monitor, "")
	s.must(409, admin, "DELETE", uri, "") // it has ended
}
