package api_test

import (
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// boots makes a system's host tell that its guest has booted with what it is to have by now.
func (s *service) boots(id string) {
	s.t.Helper()
	now, err := s.store.FindSystem(s.t.Context(), hawkfish.Scope{All: true}, id)
	if err != nil {
		s.t.Fatal(err)
	}
	s.observe(hawkfish.Observation{SystemID: id, Power: schemas.PowerStateOn, LastReset: time.Now(), Generation: now.Machine.Generation})
}

func (s *service) observe(o hawkfish.Observation) {
	s.t.Helper()
	o.At = time.Now()
	if err := s.store.Observe(s.t.Context(), "kvm1", []hawkfish.Observation{o}, time.Time{}); err != nil {
		s.t.Fatal(err)
	}
}

// Settings are pending until a boot has brought them about.
func TestBiosSettings(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	bios, settings := "/redfish/v1/Systems/"+id+"/Bios", "/redfish/v1/Systems/"+id+"/Bios/Settings"
	s.boots(id)

	before, reply := s.must(200, viewer, "GET", bios, "")
	if at(before, "Attributes/NumCores") != 2.0 || at(before, "Attributes/Tpm") != "Disabled" || at(before, "@Redfish.Settings/Time") != nil {
		t.Errorf("%s", reply.Body)
	}
	file, _ := s.must(200, viewer, "GET", "/redfish/v1/Registries/"+before["AttributeRegistry"].(string), "")
	registry, _ := s.must(200, viewer, "GET", file["Location"].([]any)[0].(map[string]any)["Uri"].(string), "")
	for _, a := range at(registry, "RegistryEntries/Attributes").([]any) {
		if name := a.(map[string]any)["AttributeName"].(string); at(before, "Attributes/"+name) == nil {
			t.Errorf("there is no %s", name)
		}
	}

	object := at(before, "@Redfish.Settings/SettingsObject/@odata.id").(string)
	_, was := s.must(200, viewer, "GET", settings, "")
	s.must(403, viewer, "PATCH", object, `{"Attributes":{"Tpm":"Enabled"}}`)
	pending, _ := s.must(200, operator, "PATCH", object, `{"Attributes":{"Tpm":"Enabled","NumCores":4}}`, "If-Match", was.ETag)
	if at(pending, "Attributes/Tpm") != "Enabled" || at(pending, "Attributes/NumCores") != 4.0 {
		t.Errorf("%v", pending)
	}
	s.must(412, operator, "PATCH", object, `{"Attributes":{"Tpm":"Disabled"}}`, "If-Match", was.ETag)
	if now, _ := s.must(200, viewer, "GET", bios, ""); at(now, "Attributes/Tpm") != "Disabled" || at(now, "@Redfish.Settings/Messages") != nil {
		t.Errorf("%v", now)
	}
	s.boots(id)
	now, _ := s.must(200, viewer, "GET", bios, "")
	if at(now, "Attributes/Tpm") != "Enabled" || at(now, "Attributes/NumCores") != 4.0 || at(now, "@Redfish.Settings/Time") == nil {
		t.Errorf("%v", now)
	}
	if system, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems/"+id, ""); at(system, "ProcessorSummary/LogicalProcessorCount") != 4.0 || at(system, "ProcessorSummary/CoreCount") != 4.0 {
		t.Errorf("%v", system)
	}

	s.must(204, operator, "POST", bios+"/Actions/Bios.ResetBios", `{}`)
	if now, _ := s.must(200, viewer, "GET", bios, ""); now["ResetBiosToDefaultsPending"] != true || at(now, "Attributes/Tpm") != "Enabled" {
		t.Errorf("%v", now)
	}
	s.boots(id)
	if now, _ := s.must(200, viewer, "GET", bios, ""); now["ResetBiosToDefaultsPending"] != false || at(now, "Attributes/Tpm") != "Disabled" {
		t.Errorf("%v", now)
	}
}

func TestBiosFaults(t *testing.T) {
	t.Parallel()
	s := newService(t)
	settings := "/redfish/v1/Systems/" + s.provision("web1") + "/Bios/Settings"
	for body, want := range map[string][]string{
		`{"Attributes":{"Nope":1,"Tpm":"Maybe","NumCores":0,"Watchdog":null,"SerialNumber":"x","NumThreads":"2"}}`: {
			"PropertyUnknown /Attributes/Nope", "PropertyValueNotInList /Attributes/Tpm", "PropertyValueOutOfRange /Attributes/NumCores",
			"PropertyValueTypeError /Attributes/Watchdog", "PropertyNotWritable /Attributes/SerialNumber", "PropertyValueTypeError /Attributes/NumThreads",
		},
		`{"Attributes":{"SecureBoot":"Enabled","BootMode":"LegacyBios"}}`: {"PropertyValueIncorrect /Attributes/SecureBoot"},
		`{"Attributes":{"NumCores":512,"NumSockets":512}}`:                {"PropertyValueIncorrect /Attributes/NumSockets"},
		`{"Attributes":{},"@Redfish.SettingsApplyTime":{"ApplyTime":"InMaintenanceWindowOnReset","MaintenanceWindowStartTime":"2199-01-01T00:00:00Z"}}`: {
			"PropertyValueIncorrect /@Redfish.SettingsApplyTime/MaintenanceWindowStartTime",
		},
	} {
		_, reply := s.must(400, operator, "PATCH", settings, body)
		got := errorsOf(t, reply)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", body, got, want)
		}
	}
}

// What waits for a maintenance window shows as pending, and is its task's: cancelling the task takes it back.
func TestBiosMaintenanceWindow(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	s.boots(id)
	settings := "/redfish/v1/Systems/" + id + "/Bios/Settings"
	start := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	window := `"@Redfish.SettingsApplyTime":{"ApplyTime":"AtMaintenanceWindowStart","MaintenanceWindowStartTime":"` + start + `"}`
	first, _ := s.must(202, operator, "PATCH", settings, `{"Attributes":{"Watchdog":"Reset"},`+window+`}`)
	_, second := s.must(202, operator, "PATCH", settings, `{"Attributes":{"Tpm":"Enabled"},`+window+`}`)
	if len(s.engine.cancelled) != 1 || s.engine.cancelled[0] != first["Id"] {
		t.Errorf("cancelled %v", s.engine.cancelled)
	}
	s.finish(first["Id"].(string), hawkfish.Outcome{State: schemas.TaskStateCancelled}, nil, nil)

	pending, _ := s.must(200, viewer, "GET", settings, "")
	if at(pending, "Attributes/Tpm") != "Enabled" || at(pending, "Attributes/Watchdog") != "Reset" ||
		at(pending, "@Redfish.SettingsApplyTime/MaintenanceWindowStartTime") != start {
		t.Errorf("%v", pending)
	}
	s.must(202, operator, "POST", "/redfish/v1/Systems/"+id+"/Actions/ComputerSystem.Reset", `{"ResetType":"ForceRestart"}`) // it does not wait for the window

	s.finish(second.Task, hawkfish.Outcome{State: schemas.TaskStateCancelled}, nil, nil)
	if now, _ := s.must(200, viewer, "GET", settings, ""); at(now, "Attributes/Tpm") != "Disabled" || now["@Redfish.SettingsApplyTime"] != nil {
		t.Errorf("%v", now)
	}
}

// Immediate restarts a guest that runs; one that is off needs no restart.
func TestBiosImmediate(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	s.boots(id)
	settings := "/redfish/v1/Systems/" + id + "/Bios/Settings"
	immediate := `"@Redfish.SettingsApplyTime":{"ApplyTime":"Immediate"}`
	task, _ := s.must(202, operator, "PATCH", settings, `{"Attributes":{"Tpm":"Enabled"},`+immediate+`}`)
	if found, err := s.store.FindTask(t.Context(), hawkfish.Scope{All: true}, task["Id"].(string)); err != nil || found.Operation != hawkfish.OpReset {
		t.Errorf("%+v %v", found, err)
	}
	s.observe(hawkfish.Observation{SystemID: id, Power: schemas.PowerStateOff})
	s.must(200, operator, "PATCH", settings, `{"Attributes":{"Tpm":"Disabled"},`+immediate+`}`)
}

// Secure Boot is a setting of UEFI firmware; its keys can be reset, and taken away.
func TestSecureBoot(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	s.boots(id)
	uri := "/redfish/v1/Systems/" + id + "/SecureBoot"
	if got := errorsOf(t, s.as(operator, "PATCH", uri, `{"SecureBootEnable":true}`)); !slices.Equal(got, []string{"PropertyValueIncorrect /SecureBootEnable"}) {
		t.Errorf("%v", got)
	}
	s.must(200, operator, "PATCH", "/redfish/v1/Systems/"+id+"/Bios/Settings", `{"Attributes":{"BootMode":"Uefi","Tpm":"Enabled"}}`)
	s.must(403, viewer, "PATCH", uri, `{"SecureBootEnable":true}`)
	if doc, _ := s.must(200, operator, "PATCH", uri, `{"SecureBootEnable":true}`); doc["SecureBootEnable"] != true || doc["SecureBootCurrentBoot"] != "Disabled" {
		t.Errorf("%v", doc)
	}
	if got := errorsOf(t, s.as(operator, "PATCH", "/redfish/v1/Systems/"+id, `{"Boot":{"BootSourceOverrideMode":"Legacy"}}`)); len(got) != 1 {
		t.Errorf("%v", got)
	}
	s.boots(id)
	if doc, _ := s.must(200, viewer, "GET", uri, ""); doc["SecureBootCurrentBoot"] != "Enabled" || doc["SecureBootMode"] != "UserMode" {
		t.Errorf("%v", doc)
	}
	system, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems/"+id, "")
	module := at(system, "Links/TrustedComponents").([]any)[0].(map[string]any)["@odata.id"].(string)
	if doc, _ := s.must(200, viewer, "GET", module, ""); doc["TrustedComponentType"] != "Discrete" {
		t.Errorf("%v", doc)
	}
	if all, _ := s.must(200, viewer, "GET", "/redfish/v1/Chassis/"+id+"/TrustedComponents", ""); all["Members@odata.count"] != 1.0 {
		t.Errorf("%v", all)
	}
	s.must(204, operator, "POST", uri+"/Actions/SecureBoot.ResetKeys", `{"ResetKeysType":"DeleteAllKeys"}`)
	s.boots(id)
	if doc, _ := s.must(200, viewer, "GET", uri, ""); doc["SecureBootCurrentBoot"] != "Disabled" || doc["SecureBootMode"] != "SetupMode" {
		t.Errorf("%v", doc)
	}
}
