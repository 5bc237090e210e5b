package durability

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/images"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// poolPath is a folder that each lab host has of its own.
const poolPath = "/var/lib/libvirt/hawkfish"

// labFleet has real hosts, which it lets a test see, too.
func labFleet(t testing.TB, hosts int) (*fleet, []labtest.Host) {
	t.Helper()
	return labFleetOf(t, labtest.Up(t, hosts), nil)
}

// labFleetOf is a fleet of a lab's hosts, whose workers have these variables besides.
func labFleetOf(t testing.TB, lab *labtest.Lab, env map[string]string) (*fleet, []labtest.Host) {
	t.Helper()
	options := stack.Options{Env: map[string]string{
		"HAWKFISH_DOMAIN_TYPE": "qemu", "HAWKFISH_CPU_MODEL": "qemu64", "HAWKFISH_POOL_PATH": poolPath,
		"HAWKFISH_IMAGE_ALLOW": "localhost",
	}}
	maps.Copy(options.Env, env)
	for _, h := range lab.Hosts {
		options.Hosts = append(options.Hosts, stack.Host{Name: h.Name, URI: h.URI()})
	}
	f := &fleet{Stack: stack.Start(t, options), t: t, hosts: libvirtds(lab.Hosts)}
	f.importTiny("tiny")
	t.Cleanup(func() { sweep(t, lab.Hosts) })
	return f, lab.Hosts
}

// sweep takes what a failed test has left off the hosts, which other tests use after it.
func sweep(t testing.TB, hosts []labtest.Host) {
	for _, h := range hosts {
		for _, id := range strings.Fields(virsh(t, h, "list", "--all", "--uuid")) {
			_, _ = exec.Command("virsh", "-c", h.URI(), "destroy", id).CombinedOutput() // one that is off fails
			virsh(t, h, "undefine", id)
		}
	}
}

func virsh(t testing.TB, h labtest.Host, args ...string) string {
	t.Helper()
	out, err := exec.Command("virsh", append([]string{"-q", "-c", h.URI()}, args...)...).CombinedOutput()
	require.NoError(t, err, "virsh %v: %s", args, out)
	return string(out)
}

// libvirtds are real hosts, asked by virsh and looked at from behind.
type libvirtds []labtest.Host

// A guest in 2 KiB does not tell of buttons and interrupts.
func (libvirtds) sees(r ran) ran { return ran{Boots: r.Boots} }

func (l libvirtds) look(t testing.TB) map[string][]traces {
	t.Helper()
	all := map[string][]traces{}
	for _, h := range l {
		there := map[string]*traces{}
		of := func(id string) *traces {
			if there[id] == nil {
				there[id] = &traces{Host: h.Name}
			}
			return there[id]
		}
		for _, id := range strings.Fields(virsh(t, h, "list", "--all", "--uuid")) {
			of(id).Domain = true
		}
		for _, id := range strings.Fields(virsh(t, h, "list", "--uuid")) {
			of(id).On = true
		}
		files, err := os.ReadDir(h.Path(poolPath))
		if !errors.Is(err, fs.ErrNotExist) {
			require.NoError(t, err)
		}
		for _, file := range files {
			id, kind, _ := strings.Cut(file.Name(), ".")
			switch {
			case strings.HasPrefix(id, "image-"), strings.HasPrefix(id, "media-"):
			case kind == "serial":
				text, err := os.ReadFile(filepath.Join(h.Path(poolPath), file.Name()))
				if !errors.Is(err, fs.ErrNotExist) {
					require.NoError(t, err)
				}
				of(id).Boots = strings.Count(string(text), "TINY boot")
			case kind == "qcow2":
				of(id).Disk = true
			default:
				t.Errorf("host %s has a file that belongs to nothing: %s", h.Name, file.Name())
			}
		}
		for id, one := range there {
			if !strings.HasPrefix(id, strangers) {
				all[id] = append(all[id], *one)
			}
		}
	}
	return all
}

// strangers begins the IDs of domains that are none of HawkFish's.
const strangers = "57a46e00-"

// stranger defines a domain of a name on every host, so that a system of that name cannot be.
func stranger(hosts []labtest.Host) func(*fleet, string) {
	count := 0
	return func(f *fleet, name string) {
		count++
		file := filepath.Join(f.t.TempDir(), "stranger.xml")
		require.NoError(f.t, os.WriteFile(file, fmt.Appendf(nil,
			"<domain type='qemu'><name>%s</name><uuid>%s0000-4000-8000-%012x</uuid><memory unit='MiB'>16</memory><os><type>hvm</type></os></domain>",
			name, strangers, count), 0o644))
		for _, h := range hosts {
			virsh(f.t, h, "define", file)
		}
	}
}

// Real hosts, and libvirtd among those that die.
func TestRealHostsAreLeftAsTheyShouldBe(t *testing.T) {
	f, hosts := labFleet(t, 2)
	daemon := victim{
		name: "libvirtd",
		kill: func() {
			for _, h := range hosts {
				h.Libvirtd(labtest.Kill)
			}
		},
		mend: func() {
			for _, h := range hosts {
				h.Libvirtd(labtest.Start)
			}
		},
		down: outage,
	}
	workers := victim{
		name: "host workers",
		kill: func() {
			for _, h := range hosts {
				f.Kill(stack.HostProcess(h.Name))
			}
		},
		mend: func() {
			for _, h := range hosts {
				f.Start(stack.HostProcess(h.Name))
			}
			f.WaitReady()
		},
	}
	onHosts := only(requests, images.Fetch.Name, provision.CreateDisk.Name, provision.Define.Name, power.Start.Name,
		power.Stop.Name, power.Reset.Name, power.Shutdown.Name, power.Pause.Name, power.Resume.Name, power.Suspend.Name,
		provision.Undefine.Name, provision.DeleteDisks.Name)
	for i := range onHosts {
		if onHosts[i].name == "suspend" { // QEMU begins the serial log anew for a guest that it wakes, and one that does not boot writes nothing
			onHosts[i].leaves = &ran{}
		}
	}
	onHosts = append(onHosts, request{
		name: "taken", op: hawkfish.OpProvision, ask: (*fleet).provision, fresh: true, ends: "Exception", before: stranger(hosts),
		steps: []string{provision.Define.Name, provision.Undefine.Name, provision.DeleteDisks.Name, record.Finish.Name},
	})
	victims := []victim{
		daemon, workers, f.process(stack.Worker, 0), f.process(stack.API, 0), f.process(stack.Temporal, outage), f.process(stack.Postgres, outage),
	}
	for i := range turns() {
		for turn, v := range victims {
			all := trials(onHosts, i*len(victims)+turn+i)
			f.round(v, all)
			f.clear()
		}
	}
}

// clear deletes all systems.
func (f *fleet) clear() {
	f.t.Helper()
	known, _, err := f.Store.ListSystems(f.t.Context(), everything, hawkfish.Page{})
	require.NoError(f.t, err)
	require.NoError(f.t, each(known, func(s hawkfish.System) error { _, err := f.deletion(s.ID); return err }))
	tasks, _, err := f.Store.ListTasks(f.t.Context(), everything, hawkfish.Page{})
	require.NoError(f.t, err)
	for _, task := range tasks {
		if !task.Ended() {
			f.must(stack.Task{URI: tasksURI + "/" + task.ID}, nil)
		}
	}
	f.nothingLeft()
}
