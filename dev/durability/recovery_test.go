package durability

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/fencing"
	"github.com/projectbeskar/hawkfish/activities/images"
	"github.com/projectbeskar/hawkfish/activities/media"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/lab/labtest"
	"github.com/projectbeskar/hawkfish/workflows"
)

// fenceSteps are where the fencing of a host is held: first it is switched off, then a person's word is examined.
var fenceSteps = map[string][]string{
	"Fence":       {fencing.SwitchOff.Name, fencing.Declare.Name, subtasks.Open.Name},
	"ConfirmDead": {fencing.Look.Name},
}

// recoverSteps are where the recoveries are held, each of a system of its own.
var recoverSteps = []string{
	placement.Locate.Name, placement.Reserve.Name, provision.HasDisk.Name, images.Fetch.Name, media.Fetch.Name, placement.Move.Name,
	provision.Define.Name, power.Start.Name,
}

// What becomes of a dead host, and of what it ran, must be killed at.
func TestEveryStepOfFencingIsHeld(t *testing.T) {
	changing := slices.DeleteFunc(slices.Clone(workflows.Steps[hawkfish.OpFence]), func(step string) bool {
		return step == fencing.Probe.Name // it only asks, and its failure is an answer
	})
	require.Subset(t, append(fenceSteps["Fence"], fenceSteps["ConfirmDead"]...), changing)
	require.Subset(t, recoverSteps, workflows.Steps[hawkfish.OpRecover])
}

// The worker and the host that takes over die at every step of a fencing, and of the recoveries that come of it. The host is off before anything
// is started elsewhere, and everything runs once.
func TestKilledWhileAHostIsFenced(t *testing.T) {
	if os.Getenv("HAWKFISH_FULL") != "1" {
		t.Skip("it takes long: HAWKFISH_FULL=1 runs it, and TestDeadHost is the same without deaths")
	}
	f, hosts := sharedFleet(t, 2, map[string]string{"HAWKFISH_FENCE_ALLOW": "localhost", "HAWKFISH_MIGRATION_URI": ""})
	dead, other := hosts[0], hosts[1]
	f.disc()
	// The dead host's power is switched by HawkFish itself, as that of a system.
	f.mustAll(f.wanting("bmc", map[string]any{"Host": other.Name}))
	f.Post(hostsURI+other.Name+"/Actions/HawkFishHost.EnterMaintenance", struct{}{})
	var made []func() (stack.Task, error)
	names := map[string]string{}
	for i, step := range recoverSteps {
		name := fmt.Sprintf("part-%d", i)
		names[step] = name
		made = append(made, f.wanting(name, map[string]any{}))
	}
	f.mustAll(made...)
	f.Post(hostsURI+other.Name+"/Actions/HawkFishHost.ExitMaintenance", struct{}{})
	f.must(f.insertion(names[media.Fetch.Name]))
	ids := map[string]string{}
	for _, name := range names {
		ids[name] = f.idOf(name)
	}
	uri := hostsURI + dead.Name
	user, password := f.Credentials()
	answer, err := f.Do(t.Context(), http.MethodPatch, uri, map[string]any{"Fencing": map[string]any{
		"Method": "Redfish", "Address": f.Base, "System": "bmc", "UserName": user, "Password": password, "VerifyCertificate": false,
	}})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.Status, "%s", answer)
	dead.Crash()
	f.Kill(stack.HostProcess(dead.Name))

	worker, host := f.process(stack.Worker, 0), f.process(stack.HostProcess(other.Name), 0)
	for i, step := range recoverSteps {
		require.NoError(t, f.Hold.Arm(side(i, step).Of(names[step])))
	}
	fence := f.fencedBy(uri, "Fence", worker)
	f.eventually(within, func(context.Context) error {
		for i, step := range recoverSteps {
			if at := side(i, step).Of(names[step]); !f.Hold.Reached(at) {
				return fmt.Errorf("nobody holds at %s; the parts are %+v", at, f.partsOf(fence))
			}
		}
		return nil
	})
	assert.Equal(t, "Off", f.Get(systemsURI + "/bmc")["PowerState"], "the host was switched off before")
	worker.kill()
	host.kill()
	for i, step := range recoverSteps {
		require.NoError(t, f.Hold.Release(side(i, step).Of(names[step])))
	}
	worker.mend()
	host.mend()
	f.must(fence, nil)
	f.idle()
	for name, id := range ids {
		s, err := f.Store.FindSystem(t.Context(), everything, id)
		require.NoError(t, err)
		assert.Equal(t, []string{other.Name, "On"}, []string{s.HostID, string(s.PowerState)}, name)
	}
	assert.ElementsMatch(t, slices.Collect(maps.Values(ids)), strings.Fields(virsh(t, other, "list", "--uuid")))
	assert.True(t, f.inserted(names[media.Fetch.Name]))

	f.must(f.fencedBy(uri, "ConfirmDead", worker), nil)
	f.letIn(dead, uri)
	for name := range ids {
		f.must(f.deletion(name))
	}
	f.must(f.deletion("bmc"))
	f.nothingLeft()
}

// side is before a step or after it, by turns.
func side(n int, step string) hold.Point {
	return []func(string) hold.Point{hold.Before, hold.After}[n%2](step)
}

// fencedBy has a host fenced, while a victim dies at each of the task's own steps.
func (f *fleet) fencedBy(uri, action string, v victim) (task stack.Task) {
	f.t.Helper()
	steps := fenceSteps[action]
	at := func(i int) hold.Point { return side(i, steps[i]).Of(string(hawkfish.OpFence)) }
	for i, step := range steps {
		require.NoError(f.t, f.Hold.Arm(at(i)), "%s", step)
	}
	task, err := f.post(uri+"/Actions/HawkFishHost."+action, struct{}{})
	require.NoError(f.t, err)
	for i := range steps {
		f.AwaitHeld(at(i))
		v.kill()
		require.NoError(f.t, f.Hold.Release(at(i)))
		v.mend()
	}
	return task
}

// letIn boots a host that was fenced, and has it take part again once it has let go of what is elsewhere by now.
func (f *fleet) letIn(h labtest.Host, uri string) {
	f.t.Helper()
	h.Boot()
	f.Start(stack.HostProcess(h.Name))
	f.Post(uri+"/Actions/HawkFishHost.EnterMaintenance", struct{}{})
	f.eventually(within, func(context.Context) error {
		if there := strings.Fields(virsh(f.t, h, "list", "--all", "--uuid")); len(there) > 0 {
			return fmt.Errorf("the host still has %v", there)
		}
		return nil
	})
	f.Post(uri+"/Actions/HawkFishHost.ExitMaintenance", struct{}{})
	f.becomes(h.Name, hawkfish.HostEnabled, within)
}
