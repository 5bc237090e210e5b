package durability

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// A host is emptied by one task, of which the plan can be read before, while processes are killed; each system leaves as it is to, and only what has
// been brought elsewhere comes back.
func TestEvacuation(t *testing.T) {
	t.Parallel()
	s := stack.Start(t, stack.Options{SimulatedHosts: 3})
	f := &fleet{Stack: s, t: t, hosts: journals{filepath.Join(s.Dir, "simulated")}}
	f.importTiny("tiny")
	const from = "sim1"
	uri := hostsURI + from + "/Actions/HawkFishHost."
	maintain := func(host, action string) { f.Post(hostsURI+host+"/Actions/HawkFishHost."+action, struct{}{}) }
	maintain("sim2", "EnterMaintenance")
	maintain("sim3", "EnterMaintenance")
	var open []func() (stack.Task, error)
	for i := range 6 {
		open = append(open, f.wanting(fmt.Sprintf("live%d", i), map[string]any{}))
	}
	open = append(open,
		f.wanting("cold", map[string]any{"Evacuation": "Cold"}), f.wanting("stop", map[string]any{"Evacuation": "Stop"}),
		f.wanting("leave", map[string]any{"Evacuation": "Leave"}), f.wanting("pinned", map[string]any{"Host": from}),
	)
	f.mustAll(open...)
	maintain("sim2", "ExitMaintenance")
	maintain("sim3", "ExitMaintenance")

	var plan struct {
		Systems []struct{ SystemName, Policy, TargetHost, Reason string }
	}
	answer := f.Post(uri+"EnterMaintenance", map[string]any{"DryRun": true, "Evacuate": true})
	require.Equal(t, http.StatusOK, answer.Status, "%s", answer)
	require.NoError(t, answer.Into(&plan))
	require.Len(t, plan.Systems, 10)
	for _, e := range plan.Systems {
		leaves := slices.Contains([]string{"Live", "Cold"}, e.Policy) && e.SystemName != "pinned"
		assert.Equal(t, leaves, e.TargetHost != "" && e.TargetHost != from, "%+v", e)
		assert.Equal(t, e.SystemName == "pinned", e.Reason != "", "%+v", e)
	}
	require.Equal(t, "Enabled", f.Get(hostsURI + from)["State"], "a plan changes nothing")

	task, err := f.post(uri+"EnterMaintenance", map[string]any{"Evacuate": true, "MaxConcurrency": 3})
	require.NoError(t, err)
	f.killWhile(task, stack.Worker, stack.API, stack.Simulated)
	where := f.whereabouts()
	for name, at := range where {
		stays := slices.Contains([]string{"stop", "leave", "pinned"}, name)
		assert.Equal(t, stays, at.HostID == from, "%s is on %s", name, at.HostID)
		assert.Equal(t, name != "stop", hawkfish.IsOn(at.PowerState), "%s is %s", name, at.PowerState)
	}
	require.Equal(t, "Maintenance", f.Get(hostsURI + from)["State"])
	f.nothingLeft()

	f.must(f.deletion("live0"))
	back, err := f.post(uri+"ExitMaintenance", map[string]any{"Return": true})
	require.NoError(t, err)
	f.must(back, nil)
	for name, at := range f.whereabouts() {
		assert.Equal(t, from, at.HostID, name)
	}
	again := f.Post(uri+"ExitMaintenance", map[string]any{"Return": true})
	assert.Equal(t, http.StatusConflict, again.Status, "%s", again)
	f.nothingLeft()
}

// killWhile kills processes, one after the other, while a task goes on that must be Completed.
func (f *fleet) killWhile(task stack.Task, processes ...string) {
	f.t.Helper()
	for n, process := range processes {
		f.eventually(within, func(ctx context.Context) error {
			tally, err := f.Store.TallySubTasks(ctx, task.ID)
			if err == nil && tally.Ended() < 2*n+1 {
				err = fmt.Errorf("%d of its parts have ended", tally.Ended())
			}
			return err
		})
		f.Kill(process)
		f.Start(process)
	}
	f.must(task, nil)
}

// whereabouts are the systems by name.
func (f *fleet) whereabouts() map[string]hawkfish.System {
	f.t.Helper()
	all, _, err := f.Store.ListSystems(f.t.Context(), everything, hawkfish.Page{})
	require.NoError(f.t, err)
	found := map[string]hawkfish.System{}
	for _, s := range all {
		found[s.Name] = s
	}
	return found
}

// Real guests leave a host, and come back, without noticing.
func TestRealEvacuation(t *testing.T) {
	f, hosts := sharedFleet(t, 2, map[string]string{hold.EnvDir: ""}) // which would leave its mark in the histories
	from, to := hosts[0], hosts[1]
	uri := hostsURI + from.Name + "/Actions/HawkFishHost."
	f.Post(hostsURI+to.Name+"/Actions/HawkFishHost.EnterMaintenance", struct{}{})
	names := []string{"one", "two", "three"}
	var open []func() (stack.Task, error)
	for _, name := range names {
		open = append(open, f.wanting(name, map[string]any{}))
	}
	f.mustAll(open...)
	f.Post(hostsURI+to.Name+"/Actions/HawkFishHost.ExitMaintenance", struct{}{})
	for _, turn := range []struct {
		action, parameter string
		at                labtest.Host
	}{{"EnterMaintenance", "Evacuate", to}, {"ExitMaintenance", "Return", from}} {
		task, err := f.post(uri+turn.action, map[string]any{turn.parameter: true})
		require.NoError(t, err)
		f.must(task, nil)
		f.keep(map[string]string{"Evacuate": "evacuate", "Return": "return"}[turn.parameter], task.ID)
		var there []string
		for _, name := range names {
			there = append(there, f.idOf(name))
			log := f.Fetch(systemsURI + "/" + name + "/Oem/HawkFish/SerialLog").String()
			require.Equal(t, 1, strings.Count(log, "TINY boot"), log)
		}
		assert.ElementsMatch(t, there, strings.Fields(virsh(t, turn.at, "list", "--uuid")), turn.action)
		for _, h := range hosts {
			if h.Name != turn.at.Name {
				assert.Empty(t, virsh(t, h, "list", "--all", "--uuid"), turn.action)
			}
		}
	}
	for _, name := range names {
		f.must(f.deletion(name))
	}
}
