package durability

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/activities/record"
	steps "github.com/projectbeskar/hawkfish/activities/settings"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/schemas"
)

// changeRequests change what systems are to be, while their guests run.
func changeRequests() []request {
	return []request{
		{
			name: "grow", op: hawkfish.OpConfigure, ends: "Completed", leaves: &ran{Boots: 1},
			ask:   changing("", oem(map[string]any{"CPU": 2})),
			steps: []string{starting(string(hawkfish.OpConfigure)), placement.Locate.Name, provision.Configure.Name, record.Finish.Name},
			check: func(f *fleet, t *trial) { f.nothingPends(t, func(s hawkfish.System) bool { return s.CPUs == 2 }) },
		},
		{
			name: "plug", op: hawkfish.OpConfigure, ends: "Completed", leaves: &ran{Boots: 1},
			ask:   changing("", oem(map[string]any{"AdditionalInterfaces": []any{map[string]any{"Network": "default"}}})),
			steps: []string{provision.Configure.Name},
			check: func(f *fleet, t *trial) {
				f.nothingPends(t, func(s hawkfish.System) bool { return len(s.Machine.NICs) == 1 })
			},
		},
		{
			name: "widen", op: hawkfish.OpConfigure, ends: "Completed", leaves: &ran{Boots: 1},
			ask:   changing("", oem(map[string]any{"MemoryMiB": 64})),
			steps: []string{provision.Configure.Name},
			check: func(f *fleet, t *trial) { // no guest of this kind is given memory while it runs
				s := f.systemOf(t)
				assert.Equal(f.t, []any{true, int64(64), int64(32)}, []any{s.Running != nil, s.MemoryMiB, s.Now().MemoryMiB}, "%s", t.at)
			},
		},
		{
			name: "once", op: hawkfish.OpReset, ask: resetting("PowerCycle"), ends: "Completed", leaves: &ran{Boots: 1},
			ready: changing("", map[string]any{"Boot": map[string]any{"BootSourceOverrideEnabled": "Once", "BootSourceOverrideTarget": "Cd"}}),
			steps: []string{power.Stop.Name, power.Start.Name, record.Finish.Name},
			check: func(f *fleet, t *trial) {
				f.nothingPends(t, func(s hawkfish.System) bool {
					return !s.Machine.Boot.Override.Active()
				})
				for _, there := range f.hosts.look(f.t)[t.id] {
					assert.Contains(f.t, []string{"Cd", ""}, there.Source, "%s: booted from", t.at)
				}
			},
		},
	}
}

// settingsRequests keep maintenance windows for a system's firmware.
func settingsRequests() []request {
	return []request{
		{
			name: "window", op: hawkfish.OpApplySettings, ask: windowing(schemas.ApplyTimeAtMaintenanceWindowStart, 0, "Reset"), ends: "Completed", leaves: &ran{Boots: 1},
			steps: []string{starting(string(hawkfish.OpApplySettings)), steps.Promote.Name, steps.Restart.Name, record.Finish.Name},
			check: func(f *fleet, t *trial) {
				f.nothingPends(t, func(s hawkfish.System) bool { return hawkfish.BiosOf(s)["Watchdog"] == "Reset" })
			},
		},
		{
			name: "missed", op: hawkfish.OpApplySettings, ask: windowing(schemas.ApplyTimeInMaintenanceWindowOnReset, 2, "Reset"), ends: "Exception", leaves: &ran{Boots: 1},
			steps: []string{steps.Retract.Name, record.Finish.Name},
			check: func(f *fleet, t *trial) {
				f.nothingPends(t, func(s hawkfish.System) bool { return hawkfish.BiosOf(s)["Watchdog"] == "Disabled" })
			},
		},
	}
}

func oem(hawkfish map[string]any) any {
	return map[string]any{"Oem": map[string]any{"HawkFish": hawkfish}}
}

// changing changes a system. The answer says what it is to be; the task is the one that tells its host.
func changing(below string, body any) func(*fleet, string) (stack.Task, error) {
	return func(f *fleet, name string) (task stack.Task, err error) {
		err = f.await(within, func(ctx context.Context) error { // many that grow at once wait for one another, and may have to come again
			answer, err := f.Do(ctx, http.MethodPatch, systemsURI+"/"+name+below, body)
			if err == nil && answer.Status != http.StatusOK {
				err = &stack.UnexpectedStatus{Answer: answer}
			}
			return err
		})
		if err != nil {
			return task, err
		}
		all, _, err := f.Store.ListTasks(f.t.Context(), everything, hawkfish.Page{})
		at := slices.IndexFunc(all, func(t hawkfish.Task) bool { return t.Target.Name == name && t.Operation == hawkfish.OpConfigure })
		if err != nil || at < 0 {
			return task, fmt.Errorf("no task carries the change of %s to its host: %w", name, err)
		}
		return f.FindTask(f.t.Context(), tasksURI+"/"+all[at].ID)
	}
}

// windowing changes a setting of the firmware in a maintenance window that begins soon.
func windowing(when schemas.ApplyTime, seconds int, watchdog string) func(*fleet, string) (stack.Task, error) {
	return func(f *fleet, name string) (stack.Task, error) {
		apply := map[string]any{
			"@odata.type": "#Settings.v1_5_0.PreferredApplyTime", "ApplyTime": when,
			"MaintenanceWindowStartTime": time.Now().Add(time.Second).UTC().Format(time.RFC3339),
		}
		if seconds > 0 {
			apply["MaintenanceWindowDurationInSeconds"] = seconds
		}
		return f.accepted(http.MethodPatch, systemsURI+"/"+name+"/Bios/Settings", map[string]any{
			"Attributes": map[string]any{"Watchdog": watchdog}, "@Redfish.SettingsApplyTime": apply,
		})
	}
}

func (f *fleet) systemOf(t *trial) hawkfish.System {
	f.t.Helper()
	s, err := f.Store.FindSystem(f.t.Context(), everything, t.id)
	require.NoError(f.t, err)
	return s
}

// nothingPends waits until a system is as wanted, and its guest has all of it.
func (f *fleet) nothingPends(t *trial, wanted func(hawkfish.System) bool) {
	f.t.Helper()
	f.eventually(10*time.Second, func(context.Context) error {
		s, err := f.Store.FindSystem(f.t.Context(), everything, t.id)
		if err == nil && (s.Running != nil || !wanted(s)) {
			err = fmt.Errorf("%s: the guest has %+v of %+v", t.at, s.Running, s)
		}
		return err
	})
}

// Changes of systems reach their guests once, whatever dies, and a boot override serves for one boot.
func TestKilledWhileSystemsAreChanged(t *testing.T) {
	eachProcess(t, func(t *testing.T, turn int, process string, down time.Duration) {
		f := simulatedFleet(t)
		for i := range turns() {
			f.round(f.process(process, down), trials(slices.Concat(changeRequests(), settingsRequests()), turn+i))
		}
	})
}
