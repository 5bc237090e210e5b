package api_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/migration"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
)

const migrationsURI = "/redfish/v1/Oem/HawkFish/Migrations"

// A system is asked to be moved, watched while it is, and told of when it has been.
func TestMigrationLife(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	action := "/redfish/v1/Systems/" + id + "/Actions/Oem/HawkFishComputerSystem.Migrate"
	system, _ := s.must(200, admin, "GET", "/redfish/v1/Systems/"+id, "")
	if at(system, "Actions/Oem/#HawkFishComputerSystem.Migrate/target") != action {
		t.Errorf("%v", system["Actions"])
	}
	s.must(403, operator, "POST", action, `{}`)
	s.must(403, operator, "POST", migrationsURI, `{"System":"web1"}`)
	s.must(403, viewer, "GET", migrationsURI, "")
	for body, want := range map[string][]string{
		`{"TargetHost":"kvm9","Mode":"Live"}`:           {"PropertyValueIncorrect /TargetHost"},
		`{"Mode":"Warm","ConvergeSeconds":0}`:           {"PropertyValueNotInList /Mode", "PropertyValueOutOfRange /ConvergeSeconds"},
		`{"PostCopy":true,"IfNotConverging":"Pause"}`:   {"PropertyValueIncorrect /PostCopy"},
		`{"BandwidthMiBps":-1,"MaxDowntimeMs":2000000}`: {"PropertyValueOutOfRange /BandwidthMiBps", "PropertyValueOutOfRange /MaxDowntimeMs"},
	} {
		got := errorsOf(t, s.as(admin, "POST", action, body))
		for i := range got { // an action's parameters are named as such
			got[i] = strings.Replace(got[i], "ActionParameter", "Property", 1)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", body, got)
		}
	}
	if got := errorsOf(t, s.as(admin, "POST", migrationsURI, `{"System":"nobody"}`)); !slices.Equal(got, []string{"PropertyValueIncorrect /System"}) {
		t.Errorf("%q", got)
	}

	doc, _ := s.must(202, admin, "POST", migrationsURI, `{"System":"web1","BandwidthMiBps":5,"PostCopy":true,"ConvergeSeconds":60}`)
	task, err := s.store.FindTask(t.Context(), hawkfish.Scope{All: true}, doc["Id"].(string))
	var order hawkfish.MigrationOrder
	if err != nil || json.Unmarshal(task.Input, &order) != nil || order.SystemID != id || order.IfNotConverged != hawkfish.ConvergePostCopy || order.ConvergeBy != time.Minute || order.Requester == "" {
		t.Fatalf("%s, %v", task.Input, err)
	}
	s.must(404, admin, "GET", migrationsURI+"/"+task.ID, "") // its turn has not come
	if err := s.store.BeginMigration(t.Context(), hawkfish.Migration{ID: task.ID, SystemID: id, From: "kvm1", To: "kvm2", Plan: order.MigrationPlan, Requester: "ada"}); err != nil {
		t.Fatal(err)
	}
	now, _ := json.Marshal(hawkfish.MigrationProgress{MemoryTotal: 200, MemoryLeft: 50, MemoryDone: 300, Rate: 9})
	s.engine.sight = durable.Sight{Step: migration.Send.Name, Open: true, Progress: durable.Progress{Done: 150, Total: 200, Detail: now}}
	way, _ := s.must(200, admin, "GET", migrationsURI+"/"+task.ID, "")
	if way["State"] != "Transferring" || at(way, "Progress/Percent") != 75.0 || at(way, "Progress/MemoryBytes") != 300.0 || way["TargetHost"] != "kvm2" || at(way, "Task/@odata.id") == nil {
		t.Errorf("%v", way)
	}
	var tuned []migration.Tuning
	s.control.Tune = func(_ context.Context, host string, in migration.Tuning) error {
		if host == "kvm1" {
			tuned = append(tuned, in)
		}
		return nil
	}
	s.must(200, admin, "PATCH", migrationsURI+"/"+task.ID, `{"BandwidthMiBps":50}`)
	if len(tuned) != 1 || tuned[0] != (migration.Tuning{SystemID: id, BandwidthMiBps: 50}) {
		t.Errorf("%v", tuned)
	}

	if err := s.store.AnnounceHost(t.Context(), hawkfish.Announcement{HostID: "kvm2", URI: "qemu:///system"}); err != nil {
		t.Fatal(err)
	}
	if err := s.store.CommitMigration(t.Context(), task.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.store.NoteMigration(t.Context(), task.ID, hawkfish.MigrationResult{Downtime: 13 * time.Millisecond, Total: time.Second}); err != nil {
		t.Fatal(err)
	}
	s.finish(task.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil)
	way, _ = s.must(200, admin, "GET", migrationsURI+"/"+task.ID, "")
	if way["State"] != "Completed" || at(way, "Result/DowntimeMs") != 13.0 || way["Progress"] != nil || way["EndTime"] == nil {
		t.Errorf("%v", way)
	}
	s.must(409, admin, "PATCH", migrationsURI+"/"+task.ID, `{"BandwidthMiBps":50}`)
	s.must(409, admin, "DELETE", migrationsURI+"/"+task.ID, "")
	moved, _ := s.must(200, admin, "GET", "/redfish/v1/Systems/"+id, "")
	if at(moved, "Oem/HawkFish/Host") != "kvm2" {
		t.Errorf("%v", at(moved, "Oem/HawkFish"))
	}
}
