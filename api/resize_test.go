package api_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// What a system is to have is so at once; what its guest has not got yet is pending.
func TestResizeSystem(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1") // 2 CPUs, 512 MiB, on
	path := "/redfish/v1/Systems/" + id
	doc, _ := s.must(200, operator, "PATCH", path, `{"Oem":{"HawkFish":{"CPU":4,"MemoryMiB":1024,"Labels":{"env":"prod","a/b":"c"}}}}`)
	for path, want := range map[string]any{
		"Oem/HawkFish/CPU": 4.0, "Oem/HawkFish/MemoryMiB": 1024.0, "Oem/HawkFish/Labels/env": "prod",
		"Oem/HawkFish/Pending/CPU": 4.0, "Oem/HawkFish/Pending/MemoryMiB": 1024.0,
		"ProcessorSummary/LogicalProcessorCount": 2.0, "MemorySummary/TotalSystemMemoryGiB": 0.5,
	} {
		if got := at(doc, path); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
	if err := s.store.Observe(t.Context(), "kvm1", []hawkfish.Observation{
		{SystemID: id, Power: schemas.PowerStateOn, At: time.Now().Add(time.Second), Generation: 1},
	}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	doc, _ = s.must(200, viewer, "GET", path, "")
	if at(doc, "Oem/HawkFish/Pending") != nil || at(doc, "ProcessorSummary/LogicalProcessorCount") != 4.0 || at(doc, "MemorySummary/TotalSystemMemoryGiB") != 1.0 {
		t.Errorf("the guest has it: %v", doc["Oem"])
	}
	if doc, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems?$filter=Oem/HawkFish/Labels/env%20eq%20'prod'", ""); doc["Members@odata.count"] != 1.0 {
		t.Errorf("filtered: %v", doc)
	}
	if doc, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems?$filter=Oem/HawkFish/Labels/env%20eq%20'test'", ""); doc["Members@odata.count"] != 0.0 {
		t.Errorf("filtered: %v", doc)
	}

	more := `{"Oem":{"HawkFish":{"AdditionalInterfaces":[{"Network":"default"},{"Network":"default","MACAddress":"52:54:00:AA:00:02","InterfaceEnabled":false}]}}}`
	doc, _ = s.must(200, operator, "PATCH", path, more)
	again, _ := s.must(200, operator, "PATCH", path, more)
	nics := at(doc, "Oem/HawkFish/AdditionalInterfaces").([]any)
	if !reflect.DeepEqual(nics, at(again, "Oem/HawkFish/AdditionalInterfaces")) || len(nics) != 2 || len(at(nics[0].(map[string]any), "MACAddress").(string)) != 17 ||
		at(nics[1].(map[string]any), "MACAddress") != "52:54:00:aa:00:02" || at(nics[1].(map[string]any), "InterfaceEnabled") != false {
		t.Errorf("interfaces: %v", nics)
	}

	for body, want := range map[string][]string{
		`{"Oem":{"HawkFish":{"AdditionalInterfaces":[{"Network":"nowhere"}]}}}`:                                  {"PropertyValueIncorrect /Oem/HawkFish/AdditionalInterfaces/0/Network"},
		`{"Oem":{"HawkFish":{"AdditionalInterfaces":[{"Network":"default","MACAddress":"53:54:00:aa:00:02"}]}}}`: {"PropertyValueIncorrect /Oem/HawkFish/AdditionalInterfaces/0/MACAddress"},
		`{"AssetTag":"x","Oem":{"HawkFish":{"CPU":0,"MemoryMiB":1,"Labels":7,"Speed":9}}}`: {
			"PropertyValueOutOfRange /Oem/HawkFish/CPU", "PropertyValueOutOfRange /Oem/HawkFish/MemoryMiB", "PropertyUnknown /Oem/HawkFish/Speed",
		},
		`{"Oem":{"HawkFish":{"Labels":{"":"x"}}}}`:              {"PropertyValueIncorrect /Oem/HawkFish/Labels/"},
		`{"Oem":{"HawkFish":{"CPU":500,"MemoryMiB":16777216}}}`: {"NoHostFits", "NoHostFits"},
	} {
		if got := errorsOf(t, s.as(operator, "PATCH", path, body)); !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", body, got, want)
		}
	}
	if doc, _ := s.must(200, viewer, "GET", path, ""); doc["AssetTag"] != "" || at(doc, "Oem/HawkFish/CPU") != 4.0 {
		t.Errorf("something of it was done: %v", doc)
	}
	if doc, _ := s.must(200, operator, "PATCH", path, `{"Oem":{"HawkFish":{"Labels":{}}}}`); len(at(doc, "Oem/HawkFish/Labels").(map[string]any)) != 0 {
		t.Errorf("labels stay: %v", doc)
	}
}
