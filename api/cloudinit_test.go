package api_test

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/keyring"
)

// What cloud-init is to find may hold secrets: it goes to the system's host sealed, and is shown to nobody.
func TestCloudInit(t *testing.T) {
	t.Parallel()
	s := newService(t)
	path := "/redfish/v1/Systems/" + s.provision("web1")
	keyless := s.as(operator, "PATCH", path, `{"Oem":{"HawkFish":{"CloudInit":{"UserData":"x"}}}}`)
	if got := errorsOf(t, keyless); !slices.Equal(got, []string{"ActionParameterValueConflict /Oem/HawkFish/CloudInit"}) {
		t.Errorf("without a key: %q", got)
	}
	keys, err := keyring.Parse("a:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), keyring.KeyBytes)))
	if err != nil {
		t.Fatal(err)
	}
	s.control.Seal = func(secret, label string) (hawkfish.Sealed, error) {
		id, data, err := keys.Seal([]byte(secret), label)
		return hawkfish.Sealed{Key: id, Data: data}, err
	}
	const body = `{"HostName":"db","Oem":{"HawkFish":{"CloudInit":{"UserData":"#cloud-config ` + secretWord + `","NetworkConfig":"version: 2"}}}}`
	doc, reply := s.must(200, operator, "PATCH", path, body)
	if doc["HostName"] != "db" || at(doc, "Oem/HawkFish/CloudInit/Present") != true || strings.Contains(string(reply.Body), secretWord) {
		t.Errorf("%v", doc)
	}
	tasks, _, err := s.store.ListTasks(t.Context(), hawkfish.Scope{All: true}, hawkfish.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if strings.Contains(string(task.Input)+string(task.Payload.JSONBody), secretWord) {
			t.Errorf("%s tells the secret: %s %s", task.Operation, task.Input, task.Payload.JSONBody)
		}
	}
	kept, err := s.store.FindSystem(t.Context(), hawkfish.Scope{All: true}, "web1")
	if err != nil || kept.Machine.CloudInit == nil || kept.Machine.HostName != "db" {
		t.Errorf("%+v %v", kept.Machine, err)
	}
	doc, _ = s.must(200, operator, "PATCH", path, `{"HostName":null,"Oem":{"HawkFish":{"CloudInit":{}}}}`)
	if doc["HostName"] != nil || at(doc, "Oem/HawkFish/CloudInit/Present") != false {
		t.Errorf("%v", doc)
	}
	for body, want := range map[string][]string{
		`{"HostName":"a.b","Oem":{"HawkFish":{"CPU":0}}}`: {"PropertyValueOutOfRange /Oem/HawkFish/CPU"},
		`{"HostName":"a.b"}`:                              {"PropertyValueIncorrect /HostName"},
		`{"Oem":{"HawkFish":{"CloudInit":{"UserData":"` + strings.Repeat("x", 100_000) + `","MetaData":"` + strings.Repeat("x", 100_000) + `"}}}}`: {"PropertyValueIncorrect /Oem/HawkFish/CloudInit"},
	} {
		if got := errorsOf(t, s.as(operator, "PATCH", path, body)); !slices.Equal(got, want) {
			t.Errorf("%.80s: %q", body, got)
		}
	}

	task, _ := s.must(202, operator, "POST", "/redfish/v1/Systems", `{"Name":"web2","Oem":{"HawkFish":{"CloudInit":{"UserData":"`+secretWord+`"}}}}`)
	opened, err := s.store.FindTask(t.Context(), hawkfish.Scope{All: true}, task["Id"].(string))
	if err != nil || strings.Contains(string(opened.Input)+string(opened.Payload.JSONBody), secretWord) || !strings.Contains(string(opened.Input), "cloud_init") {
		t.Errorf("%s %s %v", opened.Input, opened.Payload.JSONBody, err)
	}
}
