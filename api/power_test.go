package api_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/power"
)

// What a system accepts follows its power, and so does what callers see of it.
func TestPowerOfSystems(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	path := "/redfish/v1/Systems/" + id
	clock := time.Now()
	look := func(o hawkfish.Observation) map[string]any {
		t.Helper()
		clock = clock.Add(time.Second)
		o.SystemID, o.At = id, clock
		if err := s.store.Observe(t.Context(), "kvm1", []hawkfish.Observation{o}, time.Time{}); err != nil {
			t.Fatal(err)
		}
		doc, _ := s.must(200, viewer, "GET", path, "")
		return doc
	}
	accepts := func(doc map[string]any) (refused []string) {
		t.Helper()
		accepted := at(doc, "Actions/#ComputerSystem.Reset/ResetType@Redfish.AllowableValues").([]any)
		for _, r := range hawkfish.ResetTypes() {
			if !slices.Contains(accepted, any(string(r))) {
				refused = append(refused, string(r))
			}
		}
		return refused
	}

	crashed := look(hawkfish.Observation{Power: schemas.PowerStateOff, Cause: hawkfish.CauseCrashed, ResetCause: schemas.LastResetCausesOSSoftRestart})
	if at(crashed, "Oem/HawkFish/PowerCause") != "Crashed" || at(crashed, "Status/Health") != "Warning" || crashed["LastResetCause"] != "OSSoftRestart" {
		t.Errorf("crashed: %v", crashed)
	}
	if got := accepts(crashed); !slices.Equal(got, []string{"Nmi", "Pause", "Resume"}) {
		t.Errorf("refuses while off: %v", got)
	}
	info, _ := s.must(200, viewer, "GET", path+"/ResetActionInfo", "")
	for _, p := range info["Parameters"].([]any) {
		if p := p.(map[string]any); p["Name"] == "ResetType" && len(p["AllowableValues"].([]any)) != len(hawkfish.ResetTypes())-3 {
			t.Errorf("ActionInfo: %v", p)
		}
	}
	s.must(409, operator, "POST", path+"/Actions/ComputerSystem.Reset", `{"ResetType":"Nmi"}`)

	task, _ := s.must(202, operator, "POST", path+"/Actions/ComputerSystem.Reset", `{"ResetType":"On"}`)
	rising, _ := s.must(200, viewer, "GET", path, "")
	chassis, _ := s.must(200, viewer, "GET", "/redfish/v1/Chassis/"+id, "")
	if rising["PowerState"] != "PoweringOn" || chassis["PowerState"] != "PoweringOn" || len(accepts(rising)) != 0 {
		t.Errorf("on its way: %v %v", rising["PowerState"], chassis["PowerState"])
	}
	s.finish(task["Id"].(string), hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil)
	on := look(hawkfish.Observation{Power: schemas.PowerStateOn, ResetCause: schemas.LastResetCausesManagementCommand})
	if on["PowerState"] != "On" || at(on, "Oem/HawkFish/PowerCause") != nil || on["LastResetCause"] != "ManagementCommand" || len(accepts(on)) != 0 {
		t.Errorf("on: %v", on)
	}
	held := look(hawkfish.Observation{Power: schemas.PowerStatePaused, Cause: hawkfish.CauseIOError})
	if patched, _ := s.must(200, operator, "PATCH", path, `{"PowerRestorePolicy":"LastState"}`); held["PowerRestorePolicy"] != "AlwaysOff" || patched["PowerRestorePolicy"] != "LastState" {
		t.Errorf("restore: %v, then %v", held["PowerRestorePolicy"], patched["PowerRestorePolicy"])
	}
	if held["PowerState"] != "Paused" || at(held, "Status/Health") != "Critical" || len(accepts(held)) != 0 {
		t.Errorf("held: %v", held)
	}
}

// A graceful reset says what becomes of a guest that ignores it, and for how long it may.
func TestGraceOfResets(t *testing.T) {
	t.Parallel()
	s := newService(t)
	action := "/redfish/v1/Systems/" + s.provision("web1") + "/Actions/ComputerSystem.Reset"
	task, _ := s.must(202, operator, "POST", action, `{"ResetType":"GracefulShutdown","Oem":{"HawkFish":{"GraceSeconds":30,"IfIgnored":"ForceOff"}}}`)
	opened, err := s.store.FindTask(t.Context(), hawkfish.Scope{All: true}, task["Id"].(string))
	if err != nil {
		t.Fatal(err)
	}
	var in power.Reset
	if err := json.Unmarshal(opened.Input, &in); err != nil || in.GraceSeconds != 30 || !in.Force {
		t.Errorf("%s %v", opened.Input, err)
	}
	for body, want := range map[string]string{
		`{"ResetType":"GracefulShutdown","Oem":{"HawkFish":{"GraceSeconds":0}}}`:   "ActionParameterValueOutOfRange /Oem/HawkFish/GraceSeconds",
		`{"ResetType":"GracefulShutdown","Oem":{"HawkFish":{"IfIgnored":"Pray"}}}`: "ActionParameterValueNotInList /Oem/HawkFish/IfIgnored",
	} {
		if got := errorsOf(t, s.as(operator, "POST", action, body)); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q", body, got)
		}
	}
}
