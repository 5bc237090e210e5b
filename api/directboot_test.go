package api_test

import (
	"slices"
	"testing"

	"github.com/projectbeskar/hawkfish"
)

// The files of a direct boot come and go by tasks, as media do; they are no drives. What is no file is written at once.
func TestDirectBoot(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	uri := "/redfish/v1/Systems/" + id
	const insert, eject = "/Actions/Oem/HawkFishComputerSystem.InsertBootFile", "/Actions/Oem/HawkFishComputerSystem.EjectBootFile"
	if doc, _ := s.must(200, viewer, "GET", uri, ""); at(doc, "Oem/HawkFish/DirectBoot") != nil {
		t.Errorf("%v", doc)
	}
	for body, want := range map[string][]string{
		`{"File":"Cd","Image":"https://x.example/k"}`:                    {"ActionParameterValueNotInList /File"},
		`{"Image":"ftp://x.example/k","File":"Kernel"}`:                  {"PropertyValueIncorrect /Image"},
		`{"File":"Kernel"}`:                                              {"ActionParameterMissing /Image"},
		`{"File":"Kernel","Image":"https://x.example/k","Password":"x"}`: {"PropertyValueIncorrect /UserName"},
	} {
		if got := errorsOf(t, s.as(operator, "POST", uri+insert, body)); !slices.Equal(got, want) {
			t.Errorf("%s: %q", body, got)
		}
	}
	s.must(403, viewer, "POST", uri+insert, `{"File":"Kernel","Image":"https://x.example/k"}`)
	for _, image := range []string{"https://x.example/vmlinuz", "https://x.example/vmlinuz-2"} { // the second takes the place of the first
		task, _ := s.must(202, operator, "POST", uri+insert, `{"File":"Kernel","Image":"`+image+`"}`)
		s.inserted(task)
		doc, _ := s.must(200, viewer, "GET", uri, "")
		if at(doc, "Oem/HawkFish/DirectBoot/Kernel/Image") != image || at(doc, "Oem/HawkFish/DirectBoot/Kernel/SizeBytes") != 2048.0 {
			t.Errorf("%v", at(doc, "Oem/HawkFish/DirectBoot"))
		}
	}
	if all, _ := s.must(200, viewer, "GET", uri+"/VirtualMedia", ""); all["Members@odata.count"] != 3.0 {
		t.Errorf("%v", all)
	}
	s.must(404, viewer, "GET", uri+"/VirtualMedia/Kernel", "")
	for body, want := range map[string][]string{
		`{"Oem":{"HawkFish":{"DirectBoot":{"IPXEScript":"shell"}}}}`:           {"PropertyValueIncorrect /Oem/HawkFish/DirectBoot/IPXEScript"},
		`{"Oem":{"HawkFish":{"DirectBoot":{"CommandLine":"a\u000ab","X":1}}}}`: {"PropertyUnknown /Oem/HawkFish/DirectBoot/X"},
	} {
		if got := errorsOf(t, s.as(operator, "PATCH", uri, body)); !slices.Contains(got, want[0]) {
			t.Errorf("%s: %q", body, got)
		}
	}
	doc, _ := s.must(200, operator, "PATCH", uri, `{"Oem":{"HawkFish":{"DirectBoot":{"CommandLine":"console=ttyS0","IPXEScript":"#!ipxe\nshell\n"}}}}`)
	if at(doc, "Oem/HawkFish/DirectBoot/CommandLine") != "console=ttyS0" || at(doc, "Oem/HawkFish/DirectBoot/IPXEScript") != "#!ipxe\nshell\n" {
		t.Errorf("%v", at(doc, "Oem/HawkFish/DirectBoot"))
	}
	s.must(200, operator, "PATCH", uri, `{"Oem":{"HawkFish":{"DirectBoot":{"CommandLine":null,"IPXEScript":null}}}}`)
	task, _ := s.must(202, operator, "POST", uri+eject, `{"File":"Kernel"}`)
	s.finish(task["Id"].(string), hawkfish.Outcome{State: "Completed"}, nil, nil)
	if doc, _ := s.must(200, viewer, "GET", uri, ""); at(doc, "Oem/HawkFish/DirectBoot") != nil {
		t.Errorf("%v", at(doc, "Oem/HawkFish/DirectBoot"))
	}
}
