package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Filters give the same members whether the database looks, the kit, or both.
func TestFilterSystems(t *testing.T) {
	t.Parallel()
	s := newService(t)
	ids := map[string]string{}
	for _, name := range []string{"web1", "web2", "db1"} {
		ids[name] = s.provision(name)
	}
	s.must(200, operator, "PATCH", "/redfish/v1/Systems/web2", `{"AssetTag":"rack 4"}`)
	for filter, want := range map[string]string{
		"Name eq 'web1'":                       "web1",
		"PowerState eq 'On'":                   "web1 web2 db1",
		"PowerState eq 'Off'":                  "",
		"Oem/HawkFish/Host eq 'kvm1'":          "web1 web2 db1",
		"Oem/HawkFish/Host eq 'kvm2'":          "",
		"AssetTag eq 'rack 4'":                 "web2",
		"AssetTag ne 'rack 4'":                 "web1 db1",
		"PowerState eq 'On' and Name ne 'db1'": "web1 web2",
		"Name eq 'web1' or Name eq 'db1'":      "web1 db1",
		"Name eq 'web1' and Name eq 'db1'":     "",
		"MemorySummary/TotalSystemMemoryGiB lt 1 and Status/Health eq 'OK' and not (Name lt 'w')": "web1 web2",
		"Links/Nothing eq null": "400",
	} {
		path := "/redfish/v1/Systems?$expand=.&$select=Name&$filter=" + url.QueryEscape(filter)
		reply := s.as(viewer, "GET", path, "")
		if want == "400" {
			if reply.Status != 400 {
				t.Errorf("%s: %d", filter, reply.Status)
			}
			continue
		}
		doc, _ := s.must(200, viewer, "GET", path, "")
		var names []string
		for _, m := range doc["Members"].([]any) {
			names = append(names, m.(map[string]any)["Name"].(string))
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", filter, got, want)
		}
	}
	stranger := caller(schemas.RoleOperator)
	stranger.Actor.Scope = hawkfish.Scope{}
	for _, query := range []string{"$filter=Name%20eq%20'web1'", "$filter=Name%20ne%20'x'", "$expand=.", "only"} {
		if doc, _ := s.must(200, stranger, "GET", "/redfish/v1/Systems?"+query, ""); doc["Members@odata.count"] != 0.0 {
			t.Errorf("a stranger finds %v by %s", doc, query)
		}
	}
}

// Of four who change the same thing at the same moment, having read the same, one wins and the others hear of it.
func TestNoUpdateIsLost(t *testing.T) {
	t.Parallel()
	s := newService(t)
	uri := "/redfish/v1/Systems/" + s.provision("web1")
	for range 5 {
		_, before := s.must(200, operator, "GET", uri, "")
		var won, lost, other atomic.Int64
		var start, end sync.WaitGroup
		start.Add(1)
		for i := range 4 {
			end.Go(func() {
				start.Wait()
				body := fmt.Sprintf(`{"AssetTag":"by %d after %s"}`, i, strings.Trim(before.ETag, `"`))
				switch s.as(operator, "PATCH", uri, body, "If-Match", before.ETag).Status {
				case 200:
					won.Add(1)
				case 412:
					lost.Add(1)
				default:
					other.Add(1)
				}
			})
		}
		start.Done()
		end.Wait()
		if won.Load() != 1 || lost.Load() != 3 {
			t.Fatalf("%d have won, %d lost, %d something else", won.Load(), lost.Load(), other.Load())
		}
		if _, after := s.must(200, operator, "GET", uri, "", "If-None-Match", before.ETag); after.ETag == before.ETag {
			t.Fatal("the ETag is what it was")
		}
	}
}

// What the service says of its queries is what it does.
func TestProtocolFeatures(t *testing.T) {
	t.Parallel()
	s := newService(t)
	doc, _ := s.must(200, nil, "GET", "/redfish/v1/", "")
	for feature, query := range map[string]string{
		"ExcerptQuery": "excerpt", "FilterQuery": "$filter=Name%20eq%20'a'", "FilterQueryComparisonOperations": "$filter=Name%20gt%20'a'",
		"FilterQueryCompoundOperations": "$filter=(Name%20eq%20'a')%20or%20not%20Name%20eq%20'b'", "OnlyMemberQuery": "only",
		"SelectQuery": "$select=Name", "TopSkipQuery": "$top=1&$skip=1", "ExpandQuery/ExpandAll": "$expand=*",
		"ExpandQuery/Levels": "$expand=.($levels=2)", "ExpandQuery/Links": "$expand=~", "ExpandQuery/NoLinks": "$expand=.",
	} {
		if at(doc, "ProtocolFeaturesSupported/"+feature) != true {
			t.Errorf("%s is not said to be supported", feature)
		}
		s.must(200, admin, "GET", "/redfish/v1/Systems?"+query, "")
	}
}

// Every resource and every list answers queries: the kit does it once for all.
func TestQueriesEverywhere(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.provision("web1")
	for _, op := range s.tree.Operations() {
		if op.Method != "GET" || strings.Contains(op.Path, "{") || op.ReplyType == nil {
			continue
		}
		doc, _ := s.must(200, admin, "GET", op.Path+"?$select=Name", "")
		if doc["Name"] == nil || doc["@odata.id"] == nil || len(doc) > 4 {
			t.Errorf("%s?$select=Name: %v", op.Path, doc)
		}
		s.must(200, admin, "GET", op.Path+"?$expand=*($levels=3)", "")
	}
	doc, _ := s.must(200, admin, "GET", "/redfish/v1/Systems?$expand=*($levels=3)", "")
	system := doc["Members"].([]any)[0].(map[string]any)
	if system["Name"] != "web1" {
		t.Errorf("expanded: %v", system)
	}
	if log, _ := at(system, "Oem/HawkFish/SerialLog").(map[string]any); len(log) != 1 {
		t.Errorf("a host has been asked for the serial log: %v", log)
	}
}

// Filters of tasks and of images are the database's, too, and so are their pages.
func TestFilterTasksAndImages(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	s.provision("web2")
	for range 3 {
		s.must(202, operator, "POST", "/redfish/v1/Systems/"+id+"/Actions/ComputerSystem.Reset", `{"ResetType":"On"}`)
	}
	s.must(202, admin, "POST", "/redfish/v1/Oem/HawkFish/Images", `{"Name":"deb","Version":"12","URL":"https://x/deb.qcow2"}`)
	for list, filters := range map[string]map[string]float64{
		"/redfish/v1/TaskService/Tasks": {
			"TaskState eq 'Pending'":                                                    2,
			"TaskState ne 'Completed'":                                                  4,
			"Oem/HawkFish/Operation eq 'system.Reset'":                                  3,
			"Oem/HawkFish/TargetId eq '" + id + "'":                                     4,
			"Oem/HawkFish/TargetName eq 'web2'":                                         1,
			"TaskState eq 'Completed' and Oem/HawkFish/Operation eq 'system.Provision'": 2,
			"Oem/HawkFish/Requester eq 'Operator' and TaskStatus eq 'OK'":               5,
		},
		"/redfish/v1/Oem/HawkFish/Images": {
			"Name eq 'deb'": 1, "Phase eq 'Ready'": 0, "Version eq '12' and Phase eq 'Importing'": 1, "SHA256 eq ''": 0, "SHA256 eq null": 1,
		},
	} {
		for filter, want := range filters {
			if doc, _ := s.must(200, admin, "GET", list+"?$filter="+url.QueryEscape(filter), ""); doc["Members@odata.count"] != want {
				t.Errorf("%s: %v, want %v", filter, doc["Members@odata.count"], want)
			}
		}
	}
	seen := map[any]bool{}
	next := "/redfish/v1/TaskService/Tasks?$top=2&$filter=" + url.QueryEscape("Oem/HawkFish/TargetId eq '"+id+"'")
	for pages := 0; next != "" && pages < 5; pages++ {
		doc, _ := s.must(200, admin, "GET", next, "")
		for _, m := range doc["Members"].([]any) {
			seen[at(m.(map[string]any), "@odata.id")] = true
		}
		next, _ = doc["Members@odata.nextLink"].(string)
	}
	if len(seen) != 4 {
		t.Errorf("pages hold %d of 4 tasks", len(seen))
	}
}
