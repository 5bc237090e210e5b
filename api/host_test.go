package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
)

const hostsURI = "/redfish/v1/Oem/HawkFish/Hosts"

func TestHostLife(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for body, want := range map[string][]string{
		`{"Name":"KVM 2","URI":"qemu:///system","Overcommit":{"CPUs":0},"Taints":[{"Value":"x"}]}`: {"PropertyMissing /Taints/0/Key", "PropertyValueOutOfRange /Overcommit/CPUs"},
		`{"Name":"KVM 2","URI":"qemu:///system"}`:                                                  {"PropertyValueIncorrect /Name"},
		`{"Name":"6f1b7a52-6f0c-4f10-8b1f-3a0f0f1c9c55","URI":"x"}`:                                {"PropertyValueIncorrect /Name"},
		`{"Name":"kvm1","URI":"qemu:///system"}`:                                                   {"ResourceAlreadyExists /Name"},
		`{"Name":"kvm2"}`:                                                                          {"PropertyMissing /URI"},
	} {
		got := errorsOf(t, s.as(admin, "POST", hostsURI, body))
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", body, got)
		}
	}
	s.must(403, operator, "POST", hostsURI, `{"Name":"kvm2","URI":"qemu:///system"}`)
	made, reply := s.must(201, admin, "POST", hostsURI, `{"Name":"kvm2","URI":"qemu:///system","Labels":{"zone":"a"},"Taints":[{"Key":"gpu"}],"Overcommit":{"CPUs":2}}`)
	token := hawkfish.JoinToken(made["JoinToken"].(string))
	if made["State"] != "Unreachable" || made["ResumesAs"] != "Enabled" || token.Key() == nil || reply.Header.Get("Location") != hostsURI+"/kvm2" {
		t.Fatalf("%v", made)
	}
	seen, _ := s.must(200, admin, "GET", hostsURI+"/kvm2", "")
	if seen["JoinToken"] != nil || seen["NeedsToken"] != true || at(seen, "Labels/zone") != "a" || seen["SeenAt"] != nil {
		t.Errorf("%v", seen)
	}
	h, err := s.store.FindHost(t.Context(), "kvm2")
	if err != nil || !(hawkfish.Announcement{HostID: "kvm2", Proof: token.Prove("kvm2", "")}).Proves(h.JoinKey) {
		t.Errorf("%v %v", h, err)
	}
	renewed, _ := s.must(200, admin, "POST", hostsURI+"/kvm2/Actions/HawkFishHost.RenewToken", `{}`)
	if renewed["JoinToken"] == nil || renewed["JoinToken"] == string(token) {
		t.Errorf("%v", renewed)
	}
	err = s.store.AnnounceHost(t.Context(), hawkfish.Announcement{HostID: "kvm2", URI: "qemu:///session", Facts: hawkfish.HostFacts{
		Capacity: hawkfish.Resources{CPUs: 4, MemoryMiB: 4096, DiskGiB: 100}, Overcommit: hawkfish.Overcommit{CPUs: 8, Memory: 1.5},
	}})
	if err != nil {
		t.Fatal(err)
	}
	up, _ := s.must(200, admin, "PATCH", hostsURI+"/kvm2", `{"Taints":[],"Overcommit":{"Disk":3}}`)
	if up["State"] != "Enabled" || at(up, "Allocatable/CPUs") != 8.0 || at(up, "Allocatable/MemoryMiB") != 6144.0 || at(up, "Allocatable/DiskGiB") != 300.0 || at(up, "Capacity/CPUs") != 4.0 {
		t.Errorf("%v", up)
	}
	if up, _ = s.must(200, admin, "PATCH", hostsURI+"/kvm2", `{"Overcommit":{"CPUs":null}}`); at(up, "Overcommit/CPUs") != 8.0 {
		t.Errorf("%v", up)
	}
	for _, step := range [][2]string{{"EnterMaintenance", "Maintenance"}, {"EnterMaintenance", "Maintenance"}, {"ExitMaintenance", "Enabled"}} {
		s.must(403, operator, "POST", hostsURI+"/kvm2/Actions/HawkFishHost."+step[0], `{}`)
		if doc, _ := s.must(200, admin, "POST", hostsURI+"/kvm2/Actions/HawkFishHost."+step[0], `{}`); doc["State"] != step[1] {
			t.Errorf("%s: %v", step, doc)
		}
		chassis, _ := s.must(200, admin, "GET", "/redfish/v1/Chassis/kvm2", "")
		if want := map[string]string{"Maintenance": "InTest", "Enabled": "Enabled"}[step[1]]; at(chassis, "Status/State") != want {
			t.Errorf("%v", chassis["Status"])
		}
	}
	plan, _ := s.must(200, admin, "POST", hostsURI+"/kvm2/Actions/HawkFishHost.EnterMaintenance", `{"DryRun":true,"Evacuate":true}`)
	if now, _ := s.must(200, admin, "GET", hostsURI+"/kvm2", ""); now["State"] != "Enabled" || len(plan["Systems"].([]any)) != 0 {
		t.Errorf("a plan: %v %v", now["State"], plan)
	}
	if got := errorsOf(t, s.as(admin, "POST", hostsURI+"/kvm2/Actions/HawkFishHost.Evacuate", `{"Policy":"Fly","MaxConcurrency":99}`)); !slices.Equal(got, []string{"ActionParameterValueNotInList /Policy", "ActionParameterValueOutOfRange /MaxConcurrency"}) {
		t.Errorf("%q", got)
	}
	for _, action := range []string{"Evacuate", "Fence", "ConfirmDead"} {
		s.must(403, operator, "POST", hostsURI+"/kvm2/Actions/HawkFishHost."+action, `{}`)
	}
	s.must(409, admin, "POST", hostsURI+"/kvm2/Actions/HawkFishHost.Fence", `{}`)       // nothing says how
	s.must(409, admin, "POST", hostsURI+"/kvm2/Actions/HawkFishHost.ConfirmDead", `{}`) // it reports
	s.must(202, admin, "POST", hostsURI+"/kvm2/Actions/HawkFishHost.Evacuate", `{}`)
	fencing := `{"Fencing":{"Method":"Agent","Agent":"fence_ipmilan","Address":"10.0.0.1","Options":{"lanplus":"1"},"AutomaticRecovery":true}}`
	if fenced, _ := s.must(200, admin, "PATCH", hostsURI+"/kvm2", fencing); at(fenced, "Fencing/Agent") != "fence_ipmilan" || at(fenced, "Fencing/AutomaticRecovery") != true || at(fenced, "Fencing/HasPassword") != false {
		t.Errorf("%v", fenced["Fencing"])
	}
	if got := errorsOf(t, s.as(admin, "PATCH", hostsURI+"/kvm2", `{"Fencing":{"Method":"Redfish","Address":"bmc"}}`)); !slices.Equal(got, []string{"PropertyValueIncorrect /Fencing/Address"}) {
		t.Errorf("%q", got)
	}
	if bare, _ := s.must(200, admin, "PATCH", hostsURI+"/kvm2", `{"Fencing":{}}`); bare["Fencing"] != nil {
		t.Errorf("%v", bare["Fencing"])
	}
	s.must(409, admin, "DELETE", hostsURI+"/kvm1", "") // its worker would bring it back
	s.must(204, admin, "DELETE", hostsURI+"/kvm2", "")
	s.must(404, admin, "GET", hostsURI+"/kvm2", "")
}

func TestPlacement(t *testing.T) {
	t.Parallel()
	s := newService(t)
	const service = "/redfish/v1/Oem/HawkFish/Placement"
	const explain = service + "/Actions/HawkFishPlacement.Explain"
	s.must(200, viewer, "GET", service, "")
	s.must(201, admin, "POST", hostsURI, `{"Name":"kvm2","URI":"qemu:///system"}`)
	told, _ := s.must(200, admin, "POST", explain, `{"CPU":2,"Networks":["default"]}`)
	if told["Fits"] != true || told["Host"] != "kvm1" || len(told["Hosts"].([]any)) != 2 {
		t.Errorf("%v", told)
	}
	told, reply := s.must(200, operator, "POST", explain, `{"CPU":2,"MemoryMiB":16777216,"Placement":{"HostLabels":{"zone":"a"}}}`)
	if body := string(reply.Body); told["Fits"] != false || strings.Contains(body, "kvm") || strings.Contains(body, "1048576") || !strings.Contains(body, "too little memory") {
		t.Errorf("%s", body)
	}
	s.must(403, operator, "POST", explain, `{"Placement":{"Host":"kvm1"}}`)
	s.must(403, viewer, "POST", explain, `{}`)
	s.must(403, operator, "POST", service+"/Actions/HawkFishPlacement.Rebalance", `{}`)
	if plan, _ := s.must(200, admin, "POST", service+"/Actions/HawkFishPlacement.Rebalance", `{}`); len(plan["Moves"].([]any)) != 0 {
		t.Errorf("%v", plan)
	}

	id := s.provision("web1")
	system := "/redfish/v1/Systems/" + id
	if doc, _ := s.must(200, viewer, "GET", system, ""); at(doc, "Oem/HawkFish/Placement") != nil {
		t.Errorf("%v", doc)
	}
	body := `{"Oem":{"HawkFish":{"Placement":{"Policy":"Pack","Group":"db","AntiAffinity":true,"HostLabels":{"zone":"a"},"Tolerations":[{"Key":"gpu"}]}}}}`
	doc, _ := s.must(200, operator, "PATCH", system, body)
	for path, want := range map[string]any{"Policy": "Pack", "Group": "db", "AntiAffinity": true, "HostLabels/zone": "a"} {
		if got := at(doc, "Oem/HawkFish/Placement/"+path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
	if taints := at(doc, "Oem/HawkFish/Placement/Tolerations").([]any); at(taints[0].(map[string]any), "Key") != "gpu" {
		t.Errorf("%v", taints)
	}
	told, _ = s.must(200, admin, "POST", explain, `{"System":"web1"}`)
	if text, _ := json.Marshal(told["Hosts"]); told["Fits"] != false || !strings.Contains(string(text), "is the host that the system is on") {
		t.Errorf("%s", text)
	}
	if got := errorsOf(t, s.as(operator, "PATCH", system, `{"Oem":{"HawkFish":{"Placement":{"AntiAffinity":true}}}}`)); !slices.Equal(got, []string{"PropertyValueIncorrect /Oem/HawkFish/Placement/AntiAffinity"}) {
		t.Errorf("%q", got)
	}
	if doc, _ = s.must(200, operator, "PATCH", system, `{"Oem":{"HawkFish":{"Placement":{}}}}`); at(doc, "Oem/HawkFish/Placement") != nil {
		t.Errorf("%v", doc)
	}
	s.must(202, operator, "POST", "/redfish/v1/Systems", `{"Name":"web2","Oem":{"HawkFish":{"Placement":{"Group":"db"}}}}`)
	if got := errorsOf(t, s.as(operator, "POST", explain, `{"System":"nobody"}`)); !slices.Equal(got, []string{"PropertyValueIncorrect /System"}) {
		t.Errorf("%q", got)
	}
}
