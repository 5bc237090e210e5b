package durability

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

const migrationsURI = "/redfish/v1/Oem/HawkFish/Migrations/"

// crossing is a guest of a real fleet that is moved between its hosts.
type crossing struct {
	*fleet
	hosts []labtest.Host
	id    string
}

// at is the host that the fleet has the guest on, and the other one. It must run there, and nowhere else.
func (x *crossing) at() (here, there labtest.Host) {
	x.t.Helper()
	s, err := x.Store.FindSystem(x.t.Context(), everything, x.id)
	require.NoError(x.t, err)
	for _, h := range x.hosts {
		if h.Name == s.HostID {
			here = h
		} else {
			there = h
		}
	}
	require.Equal(x.t, []string{x.id}, strings.Fields(virsh(x.t, here, "list", "--state-running", "--uuid")), "running on %s", here.Name)
	require.Empty(x.t, strings.Fields(virsh(x.t, there, "list", "--all", "--uuid")), "left on %s", there.Name)
	files, err := os.ReadDir(there.Path(poolPath))
	require.NoError(x.t, err)
	for _, file := range files {
		assert.False(x.t, strings.HasPrefix(file.Name(), x.id), "%s is left on %s", file.Name(), there.Name)
	}
	return here, there
}

// migrate fills the guest's memory, has it moved so slowly that something can happen meanwhile, and returns when it is under way.
func (x *crossing) migrate() stack.Task {
	x.t.Helper()
	here, _ := x.at()
	tty := strings.TrimSpace(virsh(x.t, here, "ttyconsole", x.id))
	said := func() int { // nothing, when it cannot be read
		text, _ := os.ReadFile(filepath.Join(here.Path(poolPath), x.id+".serial"))
		return strings.Count(string(text), "dirtied")
	}
	before := said()
	x.eventually(within, func(context.Context) error { // a guest that boots hears nothing, and QEMU looks once a second whether somebody speaks
		here.Exec("bash", "-c", "(printf f; sleep 1.5; printf f) > "+tty)
		if said() == before {
			return errors.New("the guest has not filled its memory")
		}
		return nil
	})
	task, err := migrating(map[string]any{"BandwidthMiBps": 4})(x.fleet, "web1")
	require.NoError(x.t, err)
	x.eventually(within, func(ctx context.Context) error {
		answer, err := x.Do(ctx, http.MethodGet, migrationsURI+task.ID, nil)
		if err != nil {
			return err
		}
		var m struct{ Progress *struct{ MemoryBytes int64 } }
		if err := answer.Into(&m); err != nil || m.Progress == nil || m.Progress.MemoryBytes < 2<<20 {
			return fmt.Errorf("no progress yet: %s", answer)
		}
		return nil
	})
	return task
}

// Real guests move while what moves them dies. In the end each is on one host, nothing is left on the other, and the task says which.
func TestRealMigrations(t *testing.T) {
	lab := labtest.Up(t, 2)
	f, hosts := labFleetOf(t, lab, map[string]string{"HAWKFISH_MIGRATION_URI": "h1=qemu+tcp://h1/system,h2=qemu+tcp://h2/system"})
	f.must(f.provision("web1"))
	x := &crossing{fleet: f, hosts: hosts, id: f.idOf("web1")}
	workers := []string{stack.HostProcess(hosts[0].Name), stack.HostProcess(hosts[1].Name)}
	for _, tt := range []struct {
		name string
		kill []string
	}{{"host workers", workers}, {"fleet worker and API", []string{stack.Worker, stack.API}}} {
		from, _ := x.at()
		task := x.migrate()
		for _, process := range tt.kill {
			f.Kill(process)
		}
		for _, process := range tt.kill {
			f.Start(process)
		}
		f.WaitReady()
		f.must(task, nil)
		to, _ := x.at()
		assert.NotEqual(t, from.Name, to.Name, "%s died", tt.name)
		m := f.Get(migrationsURI + task.ID)
		assert.Equal(t, "Completed", m["State"])
		t.Logf("%s died: %v", tt.name, m["Result"])
	}

	from, _ := x.at()
	task := x.migrate()
	require.NoError(t, f.cancel(task))
	assert.Equal(t, "Cancelled", f.AwaitTask(task.URI, within).TaskState)
	at, _ := x.at()
	assert.Equal(t, from.Name, at.Name)

	task = x.migrate()
	from.Libvirtd(labtest.Kill)
	from.Libvirtd(labtest.Start)
	ended := f.AwaitTask(task.URI, within)
	at, _ = x.at()
	assert.Equal(t, ended.TaskState == "Completed", at.Name != from.Name, "the task is %s, the guest on %s", ended.TaskState, at.Name)
	t.Logf("libvirtd died: the task is %s", ended.TaskState)
	f.must(f.deletion("web1"))
	f.nothingLeft()
}

// The histories of migrations are recorded as those of the other operations are.
func TestMigrationHistories(t *testing.T) {
	if !*recording {
		t.Skip("it records")
	}
	s := stack.Start(t, stack.Options{SimulatedHosts: 2, Env: map[string]string{hold.EnvDir: "", "HAWKFISH_SIMULATED_TRANSFER": "1s"}})
	f := &fleet{Stack: s, t: t}
	f.importTiny("tiny")
	f.must(f.provision("demo"))
	for name, how := range map[string]map[string]any{"migrate-live": {}, "migrate-cold": {"Mode": "Cold"}} {
		f.must(migrating(how)(f, "demo"))
		f.keep(name, f.lastTask())
	}
}
