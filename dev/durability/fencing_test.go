package durability

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// sharedFleet has real hosts that keep their systems' disks in one pool.
func sharedFleet(t *testing.T, hosts int, env map[string]string) (*fleet, []labtest.Host) {
	t.Helper()
	lab := labtest.Up(t, hosts)
	var uris []string
	for _, h := range lab.Hosts {
		uris = append(uris, h.Name+"=qemu+tcp://"+h.Addr+"/system")
	}
	own := map[string]string{"HAWKFISH_DISK_PATH": filepath.Join(lab.Dir, "shared", "hawkfish"), "HAWKFISH_MIGRATION_URI": strings.Join(uris, ",")}
	maps.Copy(own, env)
	return labFleetOf(t, lab, own)
}

// What ran on a host that has lost its power is started elsewhere once a person has said that the host is dead, and not before. When the
// host is back it is let in by a person, and has let go of what is no longer its own.
func TestDeadHost(t *testing.T) {
	f, hosts := sharedFleet(t, 2, map[string]string{
		hold.EnvDir:              "", // which would leave its mark in the histories
		"HAWKFISH_MIGRATION_URI": "", // the workers are outside of the lab, and cannot tell whether its hosts reach each other
	})
	dead, other := hosts[0], hosts[1]
	f.mustAll(f.wanting("bystander", map[string]any{"Host": other.Name}))
	maintain := func(host, action string) { f.Post(hostsURI+host+"/Actions/HawkFishHost."+action, struct{}{}) }
	maintain(other.Name, "EnterMaintenance")
	f.mustAll(f.wanting("ran", map[string]any{}), f.wanting("stays", map[string]any{"Recovery": "Leave"}), f.wanting("moves", map[string]any{"Recovery": "Move"}))
	maintain(other.Name, "ExitMaintenance")
	ids := map[string]string{}
	for _, name := range []string{"ran", "stays", "moves", "bystander"} {
		ids[name] = f.idOf(name)
	}
	uri := hostsURI + dead.Name
	confirm := func() stack.Answer { return f.Post(uri+"/Actions/HawkFishHost.ConfirmDead", struct{}{}) }
	require.Equal(t, http.StatusConflict, confirm().Status, "a host that reports is not dead")

	dead.Crash()
	f.Kill(stack.HostProcess(dead.Name))
	f.becomes(dead.Name, hawkfish.HostUnreachable, soonSilent)
	assert.Equal(t, "On", f.Get(systemsURI + "/ran")["PowerState"], "nobody knows better")
	answer := confirm()
	require.Equal(t, http.StatusAccepted, answer.Status, "%s", answer)
	var task stack.Task
	require.NoError(t, answer.Into(&task))
	f.must(task, nil)
	f.keep("fence", task.ID)
	for _, part := range f.partsOf(task) {
		if part.Target.Name == "ran" {
			f.keepOf("recover", task.ID+"/SubTasks/"+part.ID, part.ID)
		}
	}

	require.Equal(t, "Fenced", f.Get(uri)["State"])
	where := map[string]string{}
	for name := range ids {
		s, err := f.Store.FindSystem(t.Context(), everything, name)
		require.NoError(t, err)
		where[name] = s.HostID + " " + string(s.PowerState)
	}
	assert.Equal(t, map[string]string{"ran": "h2 On", "moves": "h2 Off", "stays": "h1 Off", "bystander": "h2 On"}, where)
	assert.ElementsMatch(t, []string{ids["ran"], ids["bystander"]}, strings.Fields(virsh(t, other, "list", "--uuid")))

	// Nothing waits for a dead host.
	refused, err := f.reset("stays", "On")
	require.NoError(t, err)
	assert.Equal(t, "Exception", f.AwaitTask(refused.URI, within).TaskState)
	f.must(f.reset("stays", "ForceOff"))

	dead.Boot()
	f.Start(stack.HostProcess(dead.Name))
	require.Equal(t, "Fenced", f.Get(uri)["State"], "its worker brings it back to nothing")
	maintain(dead.Name, "EnterMaintenance")
	f.eventually(within, func(context.Context) error {
		if there := strings.Fields(virsh(t, dead, "list", "--all", "--uuid")); len(there) != 1 || there[0] != ids["stays"] {
			return fmt.Errorf("the host has %v of %v", there, ids)
		}
		return nil
	})
	maintain(dead.Name, "ExitMaintenance")
	f.becomes(dead.Name, hawkfish.HostEnabled, within)
	f.must(f.reset("stays", "On"))
	for name := range ids {
		f.must(f.deletion(name))
	}
}

// wanting provisions a system that wants something of its host.
func (f *fleet) wanting(name string, placement map[string]any) func() (stack.Task, error) {
	return func() (stack.Task, error) {
		return f.post(systemsURI, map[string]any{
			"Name": name, "MemoryMiB": 32, "Image": "tiny:1", "Network": "none", "Oem": map[string]any{"HawkFish": map[string]any{"Placement": placement}},
		})
	}
}

// mustAll waits until all tasks are Completed.
func (f *fleet) mustAll(all ...func() (stack.Task, error)) {
	f.t.Helper()
	tasks := make(chan stack.Task, len(all))
	require.NoError(f.t, each(all, func(open func() (stack.Task, error)) error {
		task, err := open()
		tasks <- task
		return err
	}))
	for range all {
		f.must(<-tasks, nil)
	}
}
