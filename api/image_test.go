package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func TestImageLife(t *testing.T) {
	t.Parallel()
	s := newService(t)
	const uri = "/redfish/v1/Oem/HawkFish/Images"
	digest := strings.Repeat("ab", 32)
	got := errorsOf(t, s.as(operator, "POST", uri, `{"Name":"deb","URL":5,"SHA256":"xyz","Format":"iso"}`))
	want := []string{"PropertyValueTypeError /URL", "PropertyValueFormatError /SHA256", "PropertyValueNotInList /Format", "PropertyMissing /Version"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := errorsOf(t, s.as(operator, "POST", uri, `{"Name":"-","Version":"12","URL":"ftp://x"}`)); !slices.Equal(got, []string{"PropertyValueIncorrect /Name", "PropertyValueIncorrect /URL"}) {
		t.Errorf("%q", got)
	}

	task, _ := s.must(202, operator, "POST", uri, `{"Name":"deb","Version":"12","URL":"https://x/deb.qcow2","SHA256":"`+digest+`"}`)
	s.finish(task["Id"].(string), hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, &hawkfish.ImageFacts{SHA256: digest, SizeBytes: 10, VirtualBytes: 1 << 30})
	img, reply := s.must(201, operator, "GET", task["TaskMonitor"].(string), "")
	if img["Phase"] != "Ready" || img["SHA256"] != digest || img["VirtualSizeBytes"] != float64(1<<30) || reply.Header.Get("Location") != img["@odata.id"] {
		t.Errorf("%+v %v", reply.Header, img)
	}
	byName, _ := s.must(200, viewer, "GET", uri+"/deb:12", "")
	if byName["@odata.id"] != img["@odata.id"] {
		t.Errorf("%v", byName)
	}

	s.must(202, operator, "POST", "/redfish/v1/Systems", `{"Name":"web1","Image":"deb"}`)
	s.must(409, operator, "DELETE", img["@odata.id"].(string), "") // a system uses it
	s.must(400, operator, "POST", "/redfish/v1/Systems", `{"Name":"web2","Image":"rhel"}`)
}

func TestHosts(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.provision("web1")
	const uri = "/redfish/v1/Oem/HawkFish/Hosts"
	doc, _ := s.must(200, admin, "GET", uri+"/kvm1", "")
	if doc["State"] != "Enabled" || at(doc, "Capacity/CPUs") != 64.0 || at(doc, "Allocated/CPUs") != 2.0 || at(doc, "Status/Health") != "OK" {
		t.Errorf("%v", doc)
	}
	s.must(404, admin, "GET", uri+"/kvm2", "")
	s.must(403, operator, "GET", uri, "") // hosts tell of every project's systems
}

func TestRegistries(t *testing.T) {
	t.Parallel()
	s := newService(t)
	all, _ := s.must(200, viewer, "GET", "/redfish/v1/Registries", "")
	for _, m := range all["Members"].([]any) {
		file, _ := s.must(200, viewer, "GET", m.(map[string]any)["@odata.id"].(string), "")
		location := file["Location"].([]any)[0].(map[string]any)
		content, _ := s.must(200, viewer, "GET", location["Uri"].(string), "")
		messages, _ := content["Messages"].(map[string]any)
		attributes, _ := at(content, "RegistryEntries/Attributes").([]any)
		if content["Id"] != file["Id"] || len(messages)+len(attributes) == 0 {
			t.Errorf("%v", file)
		}
	}
}
