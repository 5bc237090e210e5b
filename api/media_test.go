package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

const (
	insertAction = "/Actions/VirtualMedia.InsertMedia"
	ejectAction  = "/Actions/VirtualMedia.EjectMedia"
	secretWord   = "hunter3hunter3"
)

// inserted plays the workflow of an insertion, or of an ejection.
func (s *service) inserted(task map[string]any) {
	s.t.Helper()
	s.finish(task["Id"].(string), hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, &hawkfish.ImageFacts{SHA256: strings.Repeat("ab", 32), SizeBytes: 2048})
}

func TestMediaLife(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	const image = "https://images.example/debian-12.iso"
	for _, parent := range []string{"/redfish/v1/Systems/", "/redfish/v1/Managers/"} {
		owner, _ := s.must(200, viewer, "GET", parent+id, "")
		all, _ := s.must(200, viewer, "GET", at(owner, "VirtualMedia/@odata.id").(string), "")
		if all["Members@odata.count"] != 3.0 {
			t.Errorf("%v", all)
		}
		uri := parent + id + "/VirtualMedia/Cd"
		empty, _ := s.must(200, viewer, "GET", uri, "")
		for property, want := range map[string]any{
			"Image": nil, "ImageName": nil, "Inserted": false, "ConnectedVia": "NotConnected", "WriteProtected": true, "Password": nil, "VerifyCertificate": true,
		} {
			if got, ok := empty[property]; !ok || got != want {
				t.Errorf("empty: %s is %v", property, got)
			}
		}
		task, _ := s.must(202, operator, "POST", uri+insertAction, `{"Image":"`+image+`"}`)
		if at(task, "Payload/JsonBody") != `{"Image":"`+image+`"}` {
			t.Errorf("%v", task["Payload"])
		}
		if doc, _ := s.must(200, viewer, "GET", uri, ""); doc["Inserted"] != false {
			t.Error("inserted before its time")
		}
		s.inserted(task)
		s.must(204, operator, "GET", task["TaskMonitor"].(string), "")
		doc, _ := s.must(200, viewer, "GET", uri, "")
		for property, want := range map[string]any{
			"Image": image, "ImageName": "debian-12.iso", "Inserted": true, "ConnectedVia": "URI",
			"TransferMethod": "Upload", "TransferProtocolType": "HTTPS", "Oem/HawkFish/SizeBytes": 2048.0,
		} {
			if got := at(doc, property); got != want {
				t.Errorf("inserted: %s is %v, want %v", property, got, want)
			}
		}
		if reply := s.as(operator, "POST", uri+insertAction, `{"Image":"https://images.example/other.iso"}`); reply.Status != 409 {
			t.Errorf("another one: %d %s", reply.Status, reply.Body)
		}
		for _, body := range []string{"", "{}"} { // the second time there is none
			task, _ = s.must(202, operator, "POST", uri+ejectAction, body)
			s.inserted(task)
			s.must(204, operator, "GET", task["TaskMonitor"].(string), "")
			if doc, _ := s.must(200, viewer, "GET", uri, ""); doc["Inserted"] != false || doc["Image"] != nil || doc["ImageName"] != nil {
				t.Errorf("ejected: %v", doc)
			}
		}
	}
	s.must(404, viewer, "GET", "/redfish/v1/Systems/"+id+"/VirtualMedia/Tape", "")
	s.must(404, viewer, "GET", "/redfish/v1/Managers/HawkFish/VirtualMedia/Cd", "")
	events, err := s.store.ReadEvents(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	told := map[hawkfish.EventKind]int{}
	for _, e := range events {
		told[e.Kind]++
	}
	if told[hawkfish.EventMediaInserted] != 2 || told[hawkfish.EventMediaEjected] != 2 {
		t.Errorf("told %v", told)
	}
}

// Whoever ejects and looks at once, as Ironic does before it inserts, finds the drive empty, and inserts behind the ejection.
func TestEjectionsAreSeenAtOnce(t *testing.T) {
	t.Parallel()
	s := newService(t)
	uri := "/redfish/v1/Systems/" + s.provision("web1") + "/VirtualMedia/Cd"
	const image = `{"Image":"https://images.example/debian-12.iso"}`
	task, _ := s.must(202, operator, "POST", uri+insertAction, image)
	s.inserted(task)
	full, _ := s.must(200, viewer, "GET", uri, "")

	ejection, _ := s.must(202, operator, "POST", uri+ejectAction, "")
	empty, _ := s.must(200, viewer, "GET", uri, "")
	if empty["Inserted"] != false || empty["Image"] != nil || empty["@odata.etag"] == full["@odata.etag"] {
		t.Errorf("%v, which was %v", empty, full)
	}
	again, _ := s.must(202, operator, "POST", uri+insertAction, image)
	s.inserted(ejection)
	s.inserted(again)
	if doc, _ := s.must(200, viewer, "GET", uri, ""); doc["Inserted"] != true {
		t.Errorf("inserted behind: %v", doc)
	}
}

// An ejection that does not come about leaves the medium where it is.
func TestAnEjectionThatFails(t *testing.T) {
	t.Parallel()
	s := newService(t)
	uri := "/redfish/v1/Systems/" + s.provision("web1") + "/VirtualMedia/Cd"
	task, _ := s.must(202, operator, "POST", uri+insertAction, `{"Image":"https://images.example/debian-12.iso"}`)
	s.inserted(task)
	task, _ = s.must(202, operator, "POST", uri+ejectAction, "")
	s.finish(task["Id"].(string), hawkfish.Outcome{State: schemas.TaskStateException, Faults: []*hawkfish.Error{{Kind: hawkfish.Unavailable}}}, nil, nil)
	if doc, _ := s.must(200, viewer, "GET", uri, ""); doc["Inserted"] != true {
		t.Errorf("%v", doc)
	}
}

// Before actions there was PATCH, and there are clients that know nothing else.
func TestMediaByPatch(t *testing.T) {
	t.Parallel()
	s := newService(t)
	system := "/redfish/v1/Systems/" + s.provision("web1")
	uri := system + "/VirtualMedia/Usb"
	task, _ := s.must(202, operator, "PATCH", uri, `{"Image":"https://images.example/a.img","Inserted":true}`)
	s.inserted(task)
	doc, reply := s.must(200, viewer, "GET", uri, "")
	if doc["Inserted"] != true {
		t.Errorf("%v", doc)
	}
	s.must(412, operator, "PATCH", uri, `{"Image":null}`, "If-Match", `"0"`)
	for _, body := range []string{`{"Image":null,"Inserted":false}`, `{"Inserted":false}`, `{"Image":""}`} {
		task, _ := s.must(202, operator, "PATCH", uri, body)
		s.inserted(task)
	}
	if doc, after := s.must(200, viewer, "GET", uri, ""); doc["Image"] != nil || after.ETag == reply.ETag {
		t.Errorf("%v", doc)
	}
	if doc, _ := s.must(200, operator, "PATCH", uri, `{"VerifyCertificate":false}`); doc["VerifyCertificate"] != false {
		t.Errorf("%v", doc)
	}
	if doc, _ := s.must(200, viewer, "GET", system, ""); at(doc, "Status/State") != "Enabled" {
		t.Errorf("%v", doc["Status"])
	}
	task, _ = s.must(202, operator, "PATCH", uri, `{"Image":"https://images.example/a.img","Inserted":false}`)
	s.inserted(task)
	if doc, _ := s.must(200, viewer, "GET", uri, ""); doc["Inserted"] != false || doc["Image"] != "https://images.example/a.img" || doc["VerifyCertificate"] != false {
		t.Errorf("attached: %v", doc)
	}
	s.must(202, operator, "PATCH", uri, `{"Inserted":true}`)
	for body, want := range map[string]string{
		`{"WriteProtected":true}`:         "PropertyValueIncorrect /Image",
		`{"ConnectedVia":"URI"}`:          "PropertyNotWritable /ConnectedVia",
		`{"TransferProtocolType":"Carr"}`: "PropertyValueNotInList /TransferProtocolType",
	} {
		if got := errorsOf(t, s.as(operator, "PATCH", uri, body)); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q", body, got)
		}
	}
}

func TestMediaRefusals(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	uri := "/redfish/v1/Systems/" + id + "/VirtualMedia/Cd" + insertAction
	for body, want := range map[string][]string{
		`{}`: {"ActionParameterMissing /Image"},
		`{"Image":"nfs://filer/a.iso","WriteProtected":false,"Password":"x"}`:             {"PropertyValueIncorrect /Image", "PropertyValueIncorrect /WriteProtected", "PropertyValueIncorrect /UserName"},
		`{"Image":"http://169.254.169.254/latest/meta-data"}`:                             {"PropertyValueIncorrect /Image"},
		`{"Image":"https://x/a.iso","TransferProtocolType":"NFS"}`:                        {"ActionParameterValueNotInList /TransferProtocolType"},
		`{"Image":"https://x/a.iso","TransferProtocolType":"HTTP"}`:                       {"PropertyValueIncorrect /TransferProtocolType"},
		`{"Image":"https://x/a.iso","UserName":"no-key","Password":"` + secretWord + `"}`: {"ActionParameterValueConflict /Password"},
	} {
		reply := s.as(operator, "POST", uri, body)
		if got := errorsOf(t, reply); !slices.Equal(got, want) || strings.Contains(string(reply.Body), secretWord) {
			t.Errorf("%s: %q %s", body, got, reply.Body)
		}
	}
	s.engine.down = hawkfish.Down("Temporal", nil)
	s.must(503, operator, "POST", uri, `{"Image":"https://x/a.iso"}`)
}

// A password is nowhere to be seen: not in the task, not in what its workflow is given, not in the drive.
func TestMediaPasswordsAreSeenNowhere(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.control.Seal = func(secret, label string) (hawkfish.Sealed, error) {
		return hawkfish.Sealed{Key: "k", Data: []byte("sealed")}, nil
	}
	uri := "/redfish/v1/Systems/" + s.provision("web1") + "/VirtualMedia/Cd"
	body := `{"Image":"https://x/a.iso","UserName":"ada","Password":"` + secretWord + `"}`
	for _, do := range [][2]string{{"POST", uri + insertAction}, {"PATCH", uri}} {
		task, reply := s.must(202, operator, do[0], do[1], body)
		kept, err := s.store.FindTask(t.Context(), hawkfish.Scope{All: true}, task["Id"].(string))
		if err != nil {
			t.Fatal(err)
		}
		if text := string(kept.Input) + string(kept.Payload.JSONBody) + string(reply.Body); strings.Contains(text, secretWord) {
			t.Errorf("%s: %s", do[0], text)
		}
		if at(task, "Payload/JsonBody") != `{"Image":"https://x/a.iso","UserName":"ada","Password":"******"}` {
			t.Errorf("%v", task["Payload"])
		}
		s.inserted(task)
	}
	doc, _ := s.must(200, viewer, "GET", uri, "")
	if doc["UserName"] != "ada" || doc["Password"] != nil {
		t.Errorf("%v", doc)
	}
}

// What a guest ejects by itself is gone from its drive; a report of an earlier medium takes no later one away.
func TestGuestsEjectMedia(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	uri := "/redfish/v1/Systems/" + id + "/VirtualMedia/Cd"
	ejects := func(media ...string) {
		t.Helper()
		o := hawkfish.Observation{SystemID: id, Power: schemas.PowerStateOn, At: time.Now(), Ejected: media}
		if err := s.store.Observe(t.Context(), "kvm1", []hawkfish.Observation{o}, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	task, _ := s.must(202, operator, "POST", uri+insertAction, `{"Image":"https://x/a.iso"}`)
	s.inserted(task)
	ejects(task["Id"].(string))
	if doc, _ := s.must(200, viewer, "GET", uri, ""); doc["Inserted"] != false || doc["Image"] != nil {
		t.Errorf("%v", doc)
	}
	again, _ := s.must(202, operator, "POST", uri+insertAction, `{"Image":"https://x/a.iso"}`)
	s.inserted(again)
	ejects(task["Id"].(string))
	if doc, _ := s.must(200, viewer, "GET", uri, ""); doc["Inserted"] != true {
		t.Errorf("%v", doc)
	}
}

// Operators of a project insert and eject; who only looks does not, and strangers see nothing.
func TestMediaBelongToTheSystemsProject(t *testing.T) {
	t.Parallel()
	s := newService(t)
	lab, _ := s.must(201, admin, "POST", projectsURI, `{"Name":"lab"}`)
	id := s.provisionFor(admin, "web1", "lab")
	for role, want := range map[hawkfish.ProjectRole]int{hawkfish.ProjectAdmin: 202, hawkfish.ProjectOperator: 202, hawkfish.ProjectViewer: 403, "": 404} {
		who := caller(schemas.RoleReadOnly)
		who.Actor.Scope = hawkfish.Scope{}
		if role != "" {
			who.Actor.Scope.Projects = []string{lab["Id"].(string)}
			who.Roles = map[string]hawkfish.ProjectRole{lab["Id"].(string): role}
		}
		for _, parent := range []string{"/redfish/v1/Systems/", "/redfish/v1/Managers/"} {
			uri := parent + id + "/VirtualMedia/Cd"
			for _, do := range [][3]string{{"POST", uri + insertAction, `{"Image":"https://x/a.iso"}`}, {"POST", uri + ejectAction, ""}, {"PATCH", uri, `{"Image":null}`}} {
				reply := s.as(who, do[0], do[1], do[2])
				if reply.Status != want && !(role == "" && reply.Status == 403) {
					t.Errorf("%q %s %s: %d %s", role, do[0], do[1], reply.Status, reply.Body)
				}
			}
		}
	}
}
