package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
)

// Interfaces come and go by tasks. All but the first one, by which the system boots from the network.
func TestChangeEthernetInterfaces(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id := s.provision("web1")
	path := "/redfish/v1/Systems/" + id
	interfaces := path + "/EthernetInterfaces"
	more := func() []any {
		doc, _ := s.must(200, viewer, "GET", path, "")
		return at(doc, "Oem/HawkFish/AdditionalInterfaces").([]any)
	}

	for body, want := range map[string][]string{
		`{}`: {"PropertyMissing /Oem"},
		`{"Oem":{"HawkFish":{"Network":"nowhere"}}}`:                                  {"PropertyValueIncorrect /Oem/HawkFish/Network"},
		`{"MACAddress":"53:54:00:aa:00:02","Oem":{"HawkFish":{"Network":"default"}}}`: {"PropertyValueIncorrect /MACAddress"},
	} {
		if got := errorsOf(t, s.as(operator, "POST", interfaces, body)); !slices.Equal(got, want) {
			t.Errorf("%s\n got %q\nwant %q", body, got, want)
		}
	}
	s.must(403, viewer, "POST", interfaces, `{"Oem":{"HawkFish":{"Network":"default"}}}`)
	if left := more(); len(left) != 0 {
		t.Fatalf("something of it was done: %v", left)
	}

	_, reply := s.must(202, operator, "POST", interfaces, `{"MACAddress":"52:54:00:AA:00:02","Oem":{"HawkFish":{"Network":"default"}}}`)
	if !strings.HasPrefix(reply.Header.Get("Location"), "/redfish/v1/TaskService/") {
		t.Errorf("Location: %q", reply.Header.Get("Location"))
	}
	if has := more(); len(has) != 1 || reach(has, "0/MACAddress") != "52:54:00:aa:00:02" || reach(has, "0/InterfaceEnabled") != true {
		t.Errorf("added: %v", has)
	}
	if got := errorsOf(t, s.as(operator, "POST", interfaces, `{"MACAddress":"52:54:00:aa:00:02","Oem":{"HawkFish":{"Network":"default"}}}`)); !slices.Equal(got, []string{"PropertyValueIncorrect /MACAddress"}) {
		t.Errorf("the same address again: %q", got)
	}
	s.must(202, operator, "POST", interfaces, `{"Oem":{"HawkFish":{"Network":"default"}}}`)
	// That task waits for the first one: it brings this one, too.
	made, reply := s.must(201, operator, "POST", interfaces, `{"InterfaceEnabled":false,"Oem":{"HawkFish":{"Network":"default"}}}`)
	if made["InterfaceEnabled"] != false || len(made["MACAddress"].(string)) != 17 || reply.Header.Get("Location") != made["@odata.id"] || len(more()) != 3 {
		t.Errorf("added to what waits: %v %v", made, more())
	}

	s.must(200, viewer, "GET", made["@odata.id"].(string), "")
	s.must(204, operator, "DELETE", interfaces+"/525400aa0002", "")
	if left := more(); len(left) != 2 || reach(left, "1/MACAddress") != made["MACAddress"] {
		t.Errorf("removed: %v", left)
	}
	s.must(404, operator, "DELETE", interfaces+"/525400aa0002", "")
	row, err := s.store.FindSystem(t.Context(), hawkfish.Scope{All: true}, id)
	if err != nil {
		t.Fatal(err)
	}
	first := interfaces + "/" + strings.ReplaceAll(row.MAC, ":", "")
	if reply := s.as(operator, "DELETE", first, ""); reply.Status < 400 || len(more()) != 2 {
		t.Errorf("the first one: %d", reply.Status)
	}
	s.must(403, viewer, "DELETE", first, "")
}
