package api_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/adoption"
	"github.com/projectbeskar/hawkfish/schemas"
)

const (
	scanURI      = "/redfish/v1/Oem/HawkFish/Import/Scans/kvm1"
	adoptURI     = scanURI + "/Actions/HawkFishImportScan.Adopt"
	adoptionsURI = "/redfish/v1/Oem/HawkFish/Import/Adoptions"
	oldID        = "0a0c1dfe-2a3b-4c5d-8e6f-0000000000a1"
)

// scan is a host with three domains: one as any, one whose name is no host name, one that is transient.
func (s *service) scan(_ context.Context, host string, in adoption.Look) ([]hawkfish.Foreign, error) {
	one := func(id, name string) hawkfish.Foreign {
		f := hawkfish.Foreign{
			ID: id, Name: name, Power: schemas.PowerStateOn, CPUs: 2, MemoryMiB: 1024, Mark: "<mark of=" + in.ProjectID + "/>",
			Disks:      []hawkfish.ForeignDisk{{Target: "vda", Device: "disk", Source: "/srv/" + name, Bytes: 3 << 30}, {Target: "vdb", Device: "disk", Source: "/dev/sdx", Bytes: 1}},
			Interfaces: []hawkfish.ForeignInterface{{MAC: "52:54:00:00:00:" + id[len(id)-2:], Kind: "bridge", Source: "br0"}},
			Machine:    hawkfish.Machine{Firmware: schemas.BootSourceOverrideModeUEFI, Boot: hawkfish.Boot{Primary: schemas.BootSourceHdd, Order: []string{"Boot0001"}}},
		}
		f.Machine.Adopted = &hawkfish.Adopted{Domain: name, Boot: f.Machine.Boot, Fixed: []string{"CPUs"}}
		return f
	}
	odd, gone := one("0a0c1dfe-2a3b-4c5d-8e6f-0000000000a2", "their odd.name"), one("0a0c1dfe-2a3b-4c5d-8e6f-0000000000a3", "transient")
	gone.Obstacles = []string{"it is transient"}
	return []hawkfish.Foreign{one(oldID, "old1"), odd, gone}, nil
}

func TestScanAndDryRun(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.must(403, operator, "GET", scanURI, "")
	s.must(403, operator, "POST", adoptURI, `{}`)
	scan, _ := s.must(200, admin, "GET", scanURI, "")
	domains := scan["Domains"].([]any)
	if len(domains) != 3 || scan["QuotaExceeded"] != nil {
		t.Fatalf("%v", scan)
	}
	old, odd, gone := domains[0].(map[string]any), domains[1].(map[string]any), domains[2].(map[string]any)
	if old["Adoptable"] != true || old["DiskGiB"] != 4.0 || old["Network"] != "br0" || old["Firmware"] != "UEFI" || len(old["Disks"].([]any)) != 2 {
		t.Errorf("%v", old)
	}
	if odd["Adoptable"] != false || gone["Adoptable"] != false || gone["Obstacles"].([]any)[0] != "it is transient" {
		t.Errorf("%v, %v", odd, gone)
	}
	project, _ := s.must(201, admin, "POST", projectsURI, `{"Name":"legacy","Quotas":{"MemoryGiB":1}}`)
	dry, _ := s.must(200, admin, "POST", adoptURI, `{"Domains":[{"Domain":"old1"},{"Domain":"their odd.name","Name":"odd"}],"Project":"legacy","DryRun":true}`)
	first := dry["Domains"].([]any)[0].(map[string]any)
	if dry["QuotaExceeded"] != "MemoryGiB" || dry["Project"] != project["Id"] || first["Metadata"] != "<mark of="+project["Id"].(string)+"/>" || first["MAC"] != "52:54:00:00:00:a1" {
		t.Errorf("%v", dry)
	}
	if second := dry["Domains"].([]any)[1].(map[string]any); second["Adoptable"] != true || second["SystemName"] != "odd" {
		t.Errorf("%v", second)
	}
	s.must(404, admin, "GET", "/redfish/v1/Systems/old1", "") // nothing has been done
}

// All that is wrong with an adoption is told at once.
func TestAdoptionRefused(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.provision("web1")
	for body, want := range map[string][]string{
		`{"Domains":[{"Domain":"nope"},{"Domain":"old1"},{"Domain":"` + oldID + `"}]}`:                                {"PropertyValueIncorrect /Domains/0/Domain", "PropertyValueIncorrect /Domains/2/Domain"},
		`{"Domains":[{"Domain":"old1","Name":"web1"},{"Domain":"their odd.name"},{"Domain":"transient"}]}`:            {"PropertyValueIncorrect /Domains/0", "PropertyValueIncorrect /Domains/1", "PropertyValueIncorrect /Domains/2"},
		`{"Domains":[{"Domain":"old1","Name":"same"},{"Domain":"their odd.name","Name":"same"}],"Project":"default"}`: {"PropertyValueIncorrect /Domains/1"},
		`{"Project":"nope"}`: {"PropertyValueIncorrect /Project"},
	} {
		got := errorsOf(t, s.as(admin, "POST", adoptURI, body))
		for n := range got { // of actions' parameters
			got[n] = strings.Replace(got[n], "ActionParameterValueError", "PropertyValueIncorrect", 1)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", body, got)
		}
	}
	s.must(201, admin, "POST", projectsURI, `{"Name":"small","Quotas":{"VCPUs":1}}`)
	if reply := s.as(admin, "POST", adoptURI, `{"Project":"small"}`); reply.Status < 400 {
		t.Errorf("%s", reply.Body)
	}
}

// adopted adopts a domain, and plays its workflows.
func (s *service) adopted(name string) (id string) {
	s.t.Helper()
	task, _ := s.must(202, admin, "POST", adoptURI, `{"Domains":[{"Domain":"old1","Name":"`+name+`"}]}`)
	part := s.part(task["Id"].(string), 0)
	t, err := s.store.FindTask(s.t.Context(), hawkfish.Scope{All: true}, part.TaskID)
	if err != nil || t.Operation != hawkfish.OpAdopt {
		s.t.Fatalf("%+v, %v", t, err)
	}
	s.finish(part.TaskID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, &hawkfish.Observation{SystemID: t.Target.ID, Power: schemas.PowerStateOn, At: time.Now()}, nil)
	s.finish(task["Id"].(string), hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil)
	return t.Target.ID
}

func TestAdoptionLife(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.provision("web1")
	id := s.adopted("elder")
	doc, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems/elder", "")
	if id != oldID || doc["UUID"] != oldID || doc["PowerState"] != "On" || at(doc, "Oem/HawkFish/Host") != "kvm1" || at(doc, "Oem/HawkFish/Adopted/Domain") != "old1" || at(doc, "Oem/HawkFish/Phase") != "Ready" {
		t.Errorf("%v", doc)
	}
	host, _ := s.must(200, admin, "GET", "/redfish/v1/Oem/HawkFish/Hosts/kvm1", "")
	if at(host, "Allocated/CPUs") != 4.0 {
		t.Errorf("%v", host["Allocated"])
	}
	scan, _ := s.must(200, admin, "GET", scanURI, "")
	if first := scan["Domains"].([]any)[0].(map[string]any); first["Adoptable"] != false {
		t.Errorf("%v", first)
	}
	list, _ := s.must(200, admin, "GET", adoptionsURI, "")
	if list["Members@odata.count"] != 1.0 {
		t.Errorf("%v", list)
	}
	one, _ := s.must(200, admin, "GET", adoptionsURI+"/"+id, "")
	if one["Domain"] != "old1" || one["Name"] != "elder" || one["AdoptedBy"] != "Administrator" {
		t.Errorf("%v", one)
	}
	s.must(404, admin, "GET", adoptionsURI+"/web1", "")
	s.must(403, operator, "DELETE", adoptionsURI+"/"+id, "")

	// What its guest would miss stays as it is; what its domain has room for is changed.
	s.must(409, operator, "PATCH", "/redfish/v1/Systems/elder", `{"Boot":{"BootSourceOverrideMode":"Legacy"}}`)
	s.must(200, operator, "PATCH", "/redfish/v1/Systems/elder", `{"AssetTag":"rack 4","Boot":{"BootSourceOverrideTarget":"Pxe","BootSourceOverrideEnabled":"Once"}}`)

	task, _ := s.must(202, admin, "DELETE", adoptionsURI+"/"+id, "")
	release, err := s.store.FindTask(t.Context(), hawkfish.Scope{All: true}, task["Id"].(string))
	if err != nil || release.Operation != hawkfish.OpRelease {
		t.Errorf("%+v, %v", release, err)
	}
}

// DELETE of an adopted system releases it: no step of a deletion runs.
func TestDeletingAnAdoptedSystemReleasesIt(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.adopted("elder")
	task, _ := s.must(202, operator, "DELETE", "/redfish/v1/Systems/"+id, "")
	release, err := s.store.FindTask(t.Context(), hawkfish.Scope{All: true}, task["Id"].(string))
	if err != nil || release.Operation != hawkfish.OpRelease {
		t.Fatalf("%+v, %v", release, err)
	}
	s.finish(release.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil)
	s.must(404, admin, "GET", "/redfish/v1/Systems/"+id, "")
	s.must(404, admin, "GET", adoptionsURI+"/"+id, "")
	s.adopted("elder-again")
}
