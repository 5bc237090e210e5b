package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// entries returns the members of a log, or of another collection that holds them.
func (s *service) entries(uri string) (members []map[string]any, next string) {
	s.t.Helper()
	doc, _ := s.must(200, viewer, "GET", uri, "")
	for _, m := range doc["Members"].([]any) {
		members = append(members, m.(map[string]any))
	}
	next, _ = doc["Members@odata.nextLink"].(string)
	return members, next
}

func TestSystemLogs(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	system := "/redfish/v1/Systems/" + id
	s.must(202, operator, "POST", system+"/Actions/ComputerSystem.Reset", `{"ResetType":"ForceRestart"}`)
	s.must(200, operator, "PATCH", system, `{"AssetTag":"A1"}`)
	doc, _ := s.must(200, viewer, "GET", system, "")
	logs := at(doc, "LogServices/@odata.id").(string)
	for name, want := range map[string][]string{
		"EventLog": {
			"Event HawkFish.1.0.SystemCreated OK ", "Event ResourceEvent.1.4.ResourcePoweredOn OK ",
			"Event HawkFish.1.0.ResetRequested OK Operator", "Event HawkFish.1.0.SystemChanged OK Operator",
		},
		"SEL": {"SEL 0x6F00FFFF OK "},
	} {
		log, _ := s.must(200, viewer, "GET", logs+"/"+name, "")
		if log["OverWritePolicy"] != "WrapsWhenFull" || log["MaxNumberOfRecords"] != 1000.0 || log["ServiceEnabled"] != true {
			t.Errorf("%v", log)
		}
		members, _ := s.entries(at(log, "Entries/@odata.id").(string))
		var got []string
		for _, e := range members {
			user, _ := e["Username"].(string)
			got = append(got, strings.Join([]string{e["EntryType"].(string), e["MessageId"].(string), e["Severity"].(string), user}, " "))
			if origin := at(e, "Links/OriginOfCondition/@odata.id"); origin != system {
				t.Errorf("%v is the origin", origin)
			}
			alone, reply := s.must(200, viewer, "GET", e["@odata.id"].(string), "")
			if alone["Message"] != e["Message"] || alone["Id"] != e["Id"] || reply.ETag == "" {
				t.Errorf("alone it is %v", alone)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	s.must(404, viewer, "GET", logs+"/Nope", "")
	s.must(404, viewer, "GET", logs+"/Nope/Entries", "")
	s.must(404, viewer, "GET", logs+"/SEL/Entries/99", "")
	s.must(404, viewer, "GET", logs+"/SEL/Entries/x", "")

	manager, _ := s.must(200, viewer, "GET", "/redfish/v1/Managers/"+id, "")
	asked, _ := s.entries(at(manager, "LogServices/@odata.id").(string) + "/Log/Entries")
	if last := asked[len(asked)-1]; last["MessageId"] != "HawkFish.1.0.TaskRequested" || last["Username"] != "Operator" || at(last, "Oem/HawkFish/TaskId") == nil {
		t.Errorf("%v", last)
	}
}

// A log is read in pages that stay what they are while entries are added, and narrowed by the database.
func TestLogQueries(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	entries := "/redfish/v1/Systems/" + id + "/LogServices/SEL/Entries"
	now := time.Now()
	see := func(power schemas.PowerState) {
		now = now.Add(time.Second)
		if err := s.store.Observe(t.Context(), "kvm1", []hawkfish.Observation{{SystemID: id, Power: power, At: now}}, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		see(schemas.PowerStateOff)
		see(schemas.PowerStateOn)
	}
	var ids []string
	for uri := entries + "?$top=2"; uri != ""; {
		members, next := s.entries(uri)
		for _, m := range members {
			ids = append(ids, m["Id"].(string))
		}
		if uri = next; len(ids) == 2 {
			see(schemas.PowerStateOff)
		}
	}
	if !slices.Equal(ids, []string{"1", "2", "3", "4", "5", "6", "7", "8"}) {
		t.Errorf("%v", ids)
	}
	for query, want := range map[string]int{
		"?$filter=MessageId%20eq%20'0x6F05FFFF'": 4, "?$filter=Severity%20eq%20'Critical'": 0,
		"?$filter=SensorType%20eq%20'System%20ACPI%20PowerState'%20and%20MessageId%20eq%20'0x6F00FFFF'": 4, "?$skip=6": 2, "?$select=Message": 8,
	} {
		if members, _ := s.entries(entries + query); len(members) != want {
			t.Errorf("%s: %d entries", query, len(members))
		}
	}
}

// Who configures a system clears its logs; that of its manager is the manager's (DSP0266, subordinate overrides).
func TestClearLog(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	logs := "/redfish/v1/Systems/" + id + "/LogServices/"
	const clearLog = "/Actions/LogService.ClearLog"
	stranger := caller(schemas.RoleOperator)
	stranger.Actor.Scope = hawkfish.Scope{}
	s.must(403, viewer, "POST", logs+"SEL"+clearLog, `{}`)
	s.must(404, stranger, "POST", logs+"SEL"+clearLog, `{}`)
	s.must(404, stranger, "GET", logs+"SEL/Entries", "")
	s.must(204, operator, "POST", logs+"SEL"+clearLog, `{}`)
	if members, _ := s.entries(logs + "SEL/Entries"); len(members) != 0 {
		t.Errorf("%v", members)
	}
	events, _ := s.entries(logs + "EventLog/Entries")
	if last := events[len(events)-1]; last["MessageId"] != "LogService.1.1.LogCleared" || last["Username"] != "Operator" {
		t.Errorf("%v", last)
	}
	managers := "/redfish/v1/Managers/" + id + "/LogServices/Log"
	s.must(403, operator, "POST", managers+clearLog, `{}`)
	s.must(204, admin, "POST", managers+clearLog, ``)
}
