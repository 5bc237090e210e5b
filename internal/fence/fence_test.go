package fence_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fence"
	"github.com/projectbeskar/hawkfish/internal/outbound"
	"github.com/projectbeskar/hawkfish/schemas"
)

const password = "s3cret-of-the-bmc"

func fencer(t *testing.T, agents string) *fence.Fencer {
	t.Helper()
	allow, err := outbound.ParsePolicy([]string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	return fence.New(fence.Config{Allow: allow, Agents: agents, Unseal: func(_ hawkfish.Sealed, label string) (string, error) {
		if label != hawkfish.FencingLabel("kvm1") {
			t.Errorf("label %q", label)
		}
		return password, nil
	}})
}

// machine is a BMC whose machine goes off some looks after it was told to.
type machine struct {
	told  atomic.Bool
	looks atomic.Int64
	leads string // where its Reset is; empty: here
}

func (m *machine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if user, given, _ := r.BasicAuth(); user != "root" || given != password {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /redfish/v1/Systems":
		_, _ = w.Write([]byte(`{"Members":[{"@odata.id":"/redfish/v1/Systems/1"}]}`))
	case "GET /redfish/v1/Systems/1":
		state := "On"
		if m.told.Load() && m.looks.Add(1) > 1 {
			state = "Off"
		}
		target := m.leads + "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset"
		_ = json.NewEncoder(w).Encode(map[string]any{"PowerState": state, "Actions": map[string]any{"#ComputerSystem.Reset": map[string]any{"target": target}}})
	case "POST /redfish/v1/Systems/1/Actions/ComputerSystem.Reset":
		var body struct{ ResetType schemas.ResetType }
		if json.NewDecoder(r.Body).Decode(&body) == nil && body.ResetType == schemas.ResetTypeForceOff {
			m.told.Store(true)
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func TestRedfish(t *testing.T) {
	t.Parallel()
	bmc := &machine{}
	server := httptest.NewTLSServer(bmc)
	defer server.Close()
	f := fencer(t, "")
	how := hawkfish.Fencing{Method: hawkfish.FenceRedfish, Address: server.URL, UserName: "root", Password: &hawkfish.Sealed{}, Unverified: true}
	for _, system := range []string{"", "1", "/redfish/v1/Systems/1"} {
		bmc.told.Store(false)
		bmc.looks.Store(0)
		how.System = system
		if err := f.Off(t.Context(), "kvm1", how); err != nil || !bmc.told.Load() {
			t.Errorf("system %q: %v", system, err)
		}
	}
	if now, err := f.Power(t.Context(), "kvm1", how); err != nil || now != schemas.PowerStateOff {
		t.Errorf("%s %v", now, err)
	}
	for what, broken := range map[string]func(*hawkfish.Fencing){
		"the certificate is verified": func(h *hawkfish.Fencing) { h.Unverified = false },
		"another password":            func(h *hawkfish.Fencing) { h.UserName = "admin" },
		"another system":              func(h *hawkfish.Fencing) { h.System = "2" },
	} {
		h := how
		broken(&h)
		if err := f.Off(t.Context(), "kvm1", h); hawkfish.KindOf(err) != hawkfish.Unavailable || strings.Contains(err.Error(), password) {
			t.Errorf("%s: %v", what, err)
		}
	}
	bmc.told.Store(false)
	bmc.leads = "https://elsewhere.example"
	if err := f.Off(t.Context(), "kvm1", how); hawkfish.KindOf(err) != hawkfish.Invalid || bmc.told.Load() {
		t.Errorf("led elsewhere: %v", err)
	}
}

// An agent of ClusterLabs reads its options from its standard input.
func TestAgent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := `#!/bin/sh
while read -r line; do eval "opt_${line%%=*}='${line#*=}'"; done
[ "$opt_ip" = 10.0.0.1 ] && [ "$opt_username" = root ] && [ "$opt_password" = ` + password + ` ] && [ "$opt_lanplus" = 1 ] || exit 1
case $opt_action in
off) touch ` + dir + `/off ;;
status) [ -e ` + dir + `/off ] && exit 2 ;;
esac
exit 0
`
	if err := os.WriteFile(filepath.Join(dir, "fence_test"), []byte(script), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	f := fencer(t, dir)
	how := hawkfish.Fencing{
		Method: hawkfish.FenceAgent, Agent: "fence_test", Address: "10.0.0.1", UserName: "root", Password: &hawkfish.Sealed{},
		Options: map[string]string{"lanplus": "1"},
	}
	if now, err := f.Power(t.Context(), "kvm1", how); err != nil || now != schemas.PowerStateOn {
		t.Errorf("%s %v", now, err)
	}
	for range 2 {
		if err := f.Off(t.Context(), "kvm1", how); err != nil {
			t.Error(err)
		}
	}
	how.Options = nil
	if err := f.Off(t.Context(), "kvm1", how); hawkfish.KindOf(err) != hawkfish.Unavailable || strings.Contains(err.Error(), password) {
		t.Errorf("an agent that fails: %v", err)
	}
	how.Agent = "fence_missing"
	if _, err := f.Power(t.Context(), "kvm1", how); hawkfish.KindOf(err) != hawkfish.Unavailable {
		t.Errorf("an agent that is not there: %v", err)
	}
	if err := f.Off(t.Context(), "kvm1", hawkfish.Fencing{}); hawkfish.KindOf(err) != hawkfish.Conflict {
		t.Errorf("by hand: %v", err)
	}
}
