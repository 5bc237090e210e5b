package durability

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/adoption"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
)

const (
	scanURI      = "/redfish/v1/Oem/HawkFish/Import/Scans/sim1"
	adoptionsURI = "/redfish/v1/Oem/HawkFish/Import/Adoptions"
)

// adopted is a domain that becomes a system, and is let go again; the task that does it is stopped at a step.
type adopted struct {
	domain string
	at     hold.Point
	task   stack.Task
}

// Everything is killed at every step of adoptions and of releases. No domain is half adopted, and no guest notices.
func TestAdoptionsKilledAtEveryStep(t *testing.T) {
	eachProcess(t, func(t *testing.T, turn int, process string, down time.Duration) {
		s := stack.Start(t, stack.Options{SimulatedHosts: 1, Env: map[string]string{"HAWKFISH_SIMULATED_FOREIGN": "5"}})
		f := &fleet{Stack: s, t: t, hosts: journals{filepath.Join(s.Dir, "simulated")}}
		for i := range turns() {
			f.adoptionRound(f.process(process, down), turn+i)
		}
	})
}

func (f *fleet) adoptionRound(v victim, turn int) {
	f.t.Helper()
	side := func(step string, n int) hold.Point {
		return []func(string) hold.Point{hold.Before, hold.After}[(turn+n)%2](step)
	}
	before := f.hosts.look(f.t)
	require.Len(f.t, before, 5, "domains that are not HawkFish's")

	var all []*adopted
	for n, step := range []string{adoption.Adopt.Name, record.Finish.Name, hold.Starting(string(hawkfish.OpAdopt))} {
		one := &adopted{domain: fmt.Sprintf("sim1-old%d", n+1)}
		one.at = side(step, n).Of(one.domain)
		all = append(all, one)
	}
	all = append(all,
		&adopted{domain: "sim1-old4", at: side(subtasks.Open.Name, 0)},
		&adopted{domain: "sim1-old5", at: side(hold.Starting(string(hawkfish.OpAdoptMany)), 1)},
	)
	f.adoptionsHeld(v, all, func(a *adopted) (stack.Task, error) {
		return f.post(scanURI+"/Actions/HawkFishImportScan.Adopt", map[string]any{"Domains": []any{map[string]any{"Domain": a.domain}}})
	})
	known, _, err := f.Store.ListSystems(f.t.Context(), everything, hawkfish.Page{})
	require.NoError(f.t, err)
	require.Len(f.t, known, 5)
	for _, s := range known {
		there := f.hosts.look(f.t)[s.ID]
		require.Len(f.t, there, 1)
		assert.Equal(f.t, []any{hawkfish.PhaseReady, "sim1", true}, []any{s.Phase, s.HostID, there[0].Domain}, "%s", s.Name)
		assert.Equal(f.t, before[s.ID][0].ran, there[0].ran, "what the guest of %s went through", s.Name)
		assert.Equal(f.t, before[s.ID][0].On, there[0].On, "%s", s.Name)
	}

	for n, step := range []string{adoption.Release.Name, record.Finish.Name, placement.Locate.Name, adoption.Release.Name, hold.Starting(string(hawkfish.OpRelease))} {
		all[n].at = side(step, n+n/3).Of(all[n].domain)
	}
	f.adoptionsHeld(v, all, func(a *adopted) (stack.Task, error) { return f.deletion(a.domain) })
	for id, there := range f.hosts.look(f.t) {
		was := before[id][0]
		assert.Equal(f.t, []any{false, was.On, was.ran}, []any{there[0].Domain, there[0].On, there[0].ran}, "what is left of %s", id)
	}
	assert.EqualValues(f.t, 0, f.Get(adoptionsURI)["Members@odata.count"])
}

// adoptionsHeld asks for something of each domain, kills the victim while all are held, and sees all of it done.
func (f *fleet) adoptionsHeld(v victim, all []*adopted, ask func(*adopted) (stack.Task, error)) {
	f.t.Helper()
	for _, a := range all {
		require.NoError(f.t, f.Hold.Arm(a.at))
		f.eventually(within, func(context.Context) (err error) { // the host may have come back just now
			a.task, err = ask(a)
			return err
		})
		f.AwaitHeld(a.at)
	}
	v.kill()
	var still int
	for _, a := range all {
		if f.Hold.Holds(a.at) {
			still++
		}
		require.NoError(f.t, f.Hold.Release(a.at))
	}
	assert.Greater(f.t, still, len(all)/2, "tasks that were held when %s died", v.name)
	time.Sleep(v.down) // an outage takes time, which is what is tested
	v.mend()
	mended := time.Now()
	for _, a := range all {
		f.must(a.task, nil)
	}
	f.t.Logf("%s: %d of %d tasks held; all done %.1f s after it was back", v.name, still, len(all), time.Since(mended).Seconds())
}

// A scan says what an adoption would do, and does nothing.
func TestAdoptionDryRun(t *testing.T) {
	t.Parallel()
	s := stack.Start(t, stack.Options{SimulatedHosts: 1, Env: map[string]string{"HAWKFISH_SIMULATED_FOREIGN": "2", hold.EnvDir: ""}})
	f := &fleet{Stack: s, t: t, hosts: journals{filepath.Join(s.Dir, "simulated")}}
	dry := f.Post(scanURI+"/Actions/HawkFishImportScan.Adopt", map[string]any{"DryRun": true, "Domains": []any{map[string]any{"Domain": "sim1-old1", "Name": "elder"}}})
	require.Equal(t, http.StatusOK, dry.Status, "%s", dry)
	t.Logf("%s", dry)
	assert.EqualValues(t, 0, f.Get(systemsURI)["Members@odata.count"])
	assert.Len(t, f.Get(scanURI)["Domains"], 2)
}
