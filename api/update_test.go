package api_test

import (
	"slices"
	"strings"
	"testing"
)

func TestSoftwareInventories(t *testing.T) {
	t.Parallel()
	s := newService(t)
	service, _ := s.must(200, viewer, "GET", "/redfish/v1/UpdateService", "")
	versions := func(list string) (found []string) {
		doc, _ := s.must(200, admin, "GET", at(service, list+"/@odata.id").(string)+"?$expand=.", "")
		for _, m := range doc["Members"].([]any) {
			one := m.(map[string]any)
			found = append(found, one["Id"].(string)+" "+one["Version"].(string))
		}
		return found
	}
	if got := versions("FirmwareInventory"); !slices.Equal(got, []string{"HawkFish test", "kvm1-ovmf 2022.11-6"}) {
		t.Errorf("%q", got)
	}
	if got := versions("SoftwareInventory"); !slices.Equal(got, []string{"HawkFish test", "kvm1-qemu 7.2.22"}) {
		t.Errorf("%q", got)
	}
	const inventory = "/redfish/v1/UpdateService/SoftwareInventory"
	if doc, _ := s.must(200, operator, "GET", inventory, ""); doc["Members@odata.count"] != 1.0 {
		t.Errorf("who may not see hosts sees their software: %v", doc)
	}
	s.must(404, operator, "GET", inventory+"/kvm1-qemu", "")
	s.must(404, admin, "GET", inventory+"/kvm1-ovmf", "")
}

// What cannot be done is not offered, and who asks for it all the same hears why.
func TestSimpleUpdateIsRefused(t *testing.T) {
	t.Parallel()
	s := newService(t)
	doc, _ := s.must(200, admin, "GET", "/redfish/v1/UpdateService", "")
	if actions, ok := doc["Actions"].(map[string]any); !ok || len(actions) != 0 {
		t.Errorf("actions %v", doc["Actions"])
	}
	const update = "/redfish/v1/UpdateService/Actions/UpdateService.SimpleUpdate"
	reply := s.as(admin, "POST", update, `{"ImageURI":"https://x/firmware.bin"}`)
	if got := errorsOf(t, reply); reply.Status != 400 || got[0] != "ActionNotSupported" || !strings.Contains(string(reply.Body), "package") {
		t.Errorf("%d %s", reply.Status, reply.Body)
	}
	s.must(400, admin, "POST", update, `{}`)
	s.must(403, viewer, "POST", update, `{"ImageURI":"https://x/firmware.bin"}`)
}
