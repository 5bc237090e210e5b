package stack_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/guest"
	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
)

const within = time.Minute

// provisioned makes a system on a simulated host, through the front door.
func provisioned(t *testing.T, s *stack.Stack, name string) (uri string) {
	t.Helper()
	image, err := guest.Write(s.Images())
	require.NoError(t, err)
	s.Complete(s.Post("/redfish/v1/Oem/HawkFish/Images", map[string]any{"Name": "tiny", "Version": "1", "Format": "raw", "URL": "file://" + image}), within)
	s.Complete(s.Post("/redfish/v1/Systems", map[string]any{"Name": name, "MemoryMiB": 64, "Image": "tiny:1", "Network": "none"}), within)
	return "/redfish/v1/Systems/" + name
}

// Each process is killed while a step is held in it or beside it, and started again; the task ends all the same.
func TestAKilledProcessComesBackAndTheTaskEnds(t *testing.T) {
	t.Parallel()
	s := stack.Start(t, stack.Options{})
	uri := provisioned(t, s, "demo")
	resets := []struct{ kind, after string }{{"On", "On"}, {"ForceOff", "Off"}}
	for i, kill := range []struct {
		process string
		at      hold.Point
	}{
		{stack.API, hold.Before(hold.Starting("system.Reset"))},
		{stack.API, hold.After(hold.Starting("system.Reset"))},
		{stack.Worker, hold.Before("record.Finish")},
		{stack.Simulated, hold.After("power.Stop")},
		{stack.Temporal, hold.After("power.Start")},
		{stack.Postgres, hold.Before("power.Stop")},
		{stack.Postgres, hold.Before("record.Finish")},
	} {
		reset := resets[i%len(resets)]
		require.NoError(t, s.Hold.Arm(kill.at))
		task := s.Accepted(s.Post(uri+"/Actions/ComputerSystem.Reset", map[string]any{"ResetType": reset.kind}))
		s.AwaitHeld(kill.at)
		s.Kill(kill.process)
		require.Zero(t, s.Pid(kill.process))
		began := time.Now()
		s.Start(kill.process)
		require.NoError(t, s.Hold.Release(kill.at))
		s.WaitReady(kill.process)
		ready := time.Since(began)
		require.Equal(t, "Completed", s.AwaitTask(task.URI, within).TaskState)
		require.Equal(t, reset.after, s.Get(uri)["PowerState"])
		t.Logf("killed %s at %s: ready again after %v, task ended after %v", kill.process, kill.at, ready, time.Since(began))
	}
}

func TestACleanStop(t *testing.T) {
	t.Parallel()
	s := stack.Start(t, stack.Options{SimulatedHosts: 2})
	require.Equal(t, http.StatusUnauthorized, s.As("admin", "wrong").Fetch("/redfish/v1/Systems").Status)
	for _, name := range slices.Backward(s.Processes()) {
		began := time.Now()
		s.Stop(name)
		t.Log(name, "stopped after", time.Since(began))
	}
}
