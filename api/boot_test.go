package api_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// What clients send in turn, and what a system says of its boot after each.
func TestBootOverride(t *testing.T) {
	t.Parallel()
	s := newService(t)
	uri := "/redfish/v1/Systems/" + s.provision("web1")
	for _, step := range []struct{ body, enabled, target, mode string }{
		{`{"BootSourceOverrideEnabled":"Once","BootSourceOverrideTarget":"Pxe"}`, "Once", "Pxe", "Legacy"},                                               // sushy
		{`{"BootSourceOverrideMode":"UEFI"}`, "Once", "Pxe", "UEFI"},                                                                                     // sushy, set_boot_mode
		{`{"BootSourceOverrideTarget":"UefiHttp","HttpBootUri":"http://boot/x.efi"}`, "Once", "UefiHttp", "UEFI"},                                        // partial
		{`{"BootSourceOverrideEnabled":"Continuous"}`, "Continuous", "UefiHttp", "UEFI"},                                                                 // partial
		{`{"BootSourceOverrideEnabled":"Disabled","BootSourceOverrideTarget":"None"}`, "Disabled", "None", "UEFI"},                                       // Omni
		{`{"BootSourceOverrideTarget":"Cd"}`, "Once", "Cd", "UEFI"},                                                                                      // redfishtool
		{`{"BootSourceOverrideTarget":null}`, "Disabled", "None", "UEFI"},                                                                                // no value
		{`{"BootNext":"Boot0003","BootSourceOverrideTarget":"UefiBootNext"}`, "Once", "UefiBootNext", "UEFI"},                                            // full
		{`{"BootSourceOverrideMode":"Legacy","BootSourceOverrideTarget":"BiosSetup","BootSourceOverrideEnabled":"Once"}`, "Once", "BiosSetup", "Legacy"}, // full
	} {
		doc, _ := s.must(200, operator, "PATCH", uri, `{"Boot":`+step.body+`}`)
		got := []any{at(doc, "Boot/BootSourceOverrideEnabled"), at(doc, "Boot/BootSourceOverrideTarget"), at(doc, "Boot/BootSourceOverrideMode")}
		if !reflect.DeepEqual(got, []any{step.enabled, step.target, step.mode}) {
			t.Errorf("%s: %v", step.body, got)
		}
	}
	doc, _ := s.must(200, viewer, "GET", uri, "")
	if at(doc, "Boot/HttpBootUri") != "http://boot/x.efi" || at(doc, "Boot/BootNext") != "Boot0003" || at(doc, "Boot/UefiTargetBootSourceOverride") != nil {
		t.Errorf("%v", doc["Boot"])
	}
	for property, want := range map[string][]string{
		"BootSourceOverrideEnabled": {"Disabled", "Once", "Continuous"},
		"BootSourceOverrideTarget":  {"None", "Pxe", "Floppy", "Cd", "Usb", "Hdd", "BiosSetup", "UefiTarget", "UefiHttp", "UefiBootNext"},
		"BootSourceOverrideMode":    {"Legacy", "UEFI"},
	} {
		var got []string
		for _, v := range at(doc, "Boot/"+property+"@Redfish.AllowableValues").([]any) {
			got = append(got, v.(string))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v", property, got)
		}
	}
}

func TestBootRefusals(t *testing.T) {
	t.Parallel()
	s := newService(t)
	uri := "/redfish/v1/Systems/" + s.provision("web1")
	for body, want := range map[string][]string{
		`{"BootSourceOverrideTarget":"SDCard","BootSourceOverrideEnabled":"Twice","BootSourceOverrideMode":1,"StopBootOnFault":"Never"}`: {
			"PropertyValueNotInList /Boot/BootSourceOverrideTarget", "PropertyValueNotInList /Boot/BootSourceOverrideEnabled",
			"PropertyValueTypeError /Boot/BootSourceOverrideMode", "PropertyUnknown /Boot/StopBootOnFault",
		},
		`{"BootSourceOverrideTarget":"UefiTarget","UefiTargetBootSourceOverride":"sda","HttpBootUri":"x","BootNext":"Boot7777","BootOrder":["Boot0001","Boot0001"]}`: {
			"PropertyValueIncorrect /Boot/UefiTargetBootSourceOverride", "PropertyValueIncorrect /Boot/BootNext", "PropertyValueIncorrect /Boot/HttpBootUri",
			"PropertyValueIncorrect /Boot/BootOrder/1", "PropertyValueIncorrect /Boot/BootSourceOverrideTarget",
		},
		`{"BootSourceOverrideEnabled":"Once"}`: {"PropertyValueIncorrect /Boot/BootSourceOverrideEnabled"},
		`{"BootOptions":[],"BootOrder":[]}`:    {"PropertyNotWritable /Boot/BootOptions", "ArraySizeTooShort /Boot/BootOrder"},
	} {
		if got := errorsOf(t, s.as(operator, "PATCH", uri, `{"Boot":`+body+`}`)); !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", body, got, want)
		}
	}
	if doc, _ := s.must(200, viewer, "GET", uri, ""); at(doc, "Boot/BootSourceOverrideEnabled") != "Disabled" {
		t.Errorf("%v", doc["Boot"])
	}
}

// A host without UEFI is not asked for it.
func TestModeNeedsFirmware(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	err := s.store.AnnounceHost(t.Context(), hawkfish.Announcement{HostID: "kvm1", URI: "qemu:///system", Facts: hawkfish.HostFacts{
		Capacity: hawkfish.Resources{CPUs: 64, MemoryMiB: 1 << 20, DiskGiB: 1 << 12}, Firmware: []schemas.BootSourceOverrideMode{"Legacy"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	got := errorsOf(t, s.as(operator, "PATCH", "/redfish/v1/Systems/"+id, `{"Boot":{"BootSourceOverrideMode":"UEFI"}}`))
	if !slices.Equal(got, []string{"PropertyValueIncorrect /Boot/BootSourceOverrideMode"}) {
		t.Errorf("%q", got)
	}
}

func TestBootOrder(t *testing.T) {
	t.Parallel()
	s := newService(t)
	uri := "/redfish/v1/Systems/" + s.provision("web1")
	order := func() string {
		doc, _ := s.must(200, viewer, "GET", uri, "")
		var all []string
		for _, reference := range at(doc, "Boot/BootOrder").([]any) {
			all = append(all, reference.(string))
		}
		return strings.Join(all, " ")
	}
	made := order()
	s.must(200, operator, "PATCH", uri, `{"Boot":{"BootOrder":["Boot0003","Boot0001"]}}`)
	if got := order(); got != "Boot0003 Boot0001" {
		t.Errorf("order: %s", got)
	}
	doc, _ := s.must(200, viewer, "GET", uri+"/BootOptions?$expand=.", "")
	aliases := map[any]any{}
	for _, m := range doc["Members"].([]any) {
		option := m.(map[string]any)
		related := option["RelatedItem"].([]any)
		if n := len(related); n == 0 && option["Alias"] != "Pxe" {
			t.Errorf("%v is related to nothing", option["Alias"])
		}
		for _, item := range related {
			s.must(200, viewer, "GET", item.(map[string]any)["@odata.id"].(string), "")
		}
		aliases[option["Alias"]] = option["BootOptionEnabled"]
	}
	if want := (map[any]any{"Hdd": true, "Cd": true, "Usb": false, "Floppy": false, "Pxe": false}); !reflect.DeepEqual(aliases, want) {
		t.Errorf("options: %v", aliases)
	}
	s.must(404, viewer, "GET", uri+"/BootOptions/Boot0006", "") // only UEFI boots from HTTP
	s.must(204, operator, "POST", uri+"/Actions/ComputerSystem.SetDefaultBootOrder", "")
	if got := order(); got != made {
		t.Errorf("default: %s, not %s", got, made)
	}
}
