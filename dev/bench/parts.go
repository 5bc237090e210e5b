package bench

import (
	"maps"
	"os/exec"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// asInProduction takes away what stacks of tests have: hold points and talkative logs.
func asInProduction(more map[string]string) map[string]string {
	env := map[string]string{"HAWKFISH_LOG_LEVEL": "info", hold.EnvDir: ""}
	maps.Copy(env, more)
	return env
}

// onSimulated measures what HawkFish itself takes: simulated hosts answer at once.
func (b *run) onSimulated(t testing.TB, production string) {
	b.say("starting everything, with a simulated host")
	s := stack.Start(t, stack.Options{Production: production, Env: asInProduction(map[string]string{"HAWKFISH_SIMULATED_LATENCY": "0"})})
	b.reads(t, s, production)
	names := b.provision(t, s, b.provisioned)
	b.resets(t, "simulated", names, b.contestants(t, s))
	b.processes(t, s)
}

// onLibvirt measures the same resets by HawkFish and by virsh, on one real host.
func (b *run) onLibvirt(t testing.TB, production string) {
	if _, err := exec.LookPath("virsh"); err != nil {
		t.Skip(err)
	}
	b.say("starting a libvirt host")
	host := labtest.Up(t, 1).Hosts[0]
	b.say("starting everything, with the libvirt host")
	s := stack.Start(t, stack.Options{
		Hosts: []stack.Host{{Name: host.Name, URI: host.URI()}}, Production: production,
		Env: asInProduction(map[string]string{"HAWKFISH_DOMAIN_TYPE": "qemu"}),
	})
	names := b.provision(t, s, b.provisioned)
	b.resets(t, "libvirt", names, append(b.contestants(t, s), contestant{byVirsh, func() switcher { return virsh{host.URI()} }}))
}

// contestants are those that every stack has.
func (b *run) contestants(t testing.TB, s *stack.Stack) []contestant {
	seen, stop := watchEnds(t, s)
	t.Cleanup(stop)
	where, login := api(t, s), logins(t, s)["Token"]
	return []contestant{{byHawkFish, func() switcher { return &redfish{endpoint: where, login: login, ends: seen} }}}
}

// processes measures what each process holds after all that, and how long it takes to be ready when
// what it needs is there.
func (b *run) processes(t testing.TB, s *stack.Stack) {
	for _, name := range []string{stack.Postgres, stack.Temporal, stack.API, stack.Worker, stack.Simulated} {
		p := Process{Name: name}
		p.Resident, p.Proportional = memory(s.Pid(name))
		b.report.Processes = append(b.report.Processes, p)
	}
	if !b.starts {
		return
	}
	for i, p := range b.report.Processes {
		b.say("starting %s again", p.Name)
		s.Stop(p.Name)
		began := time.Now()
		s.Start(p.Name)
		s.WaitReady(p.Name)
		b.report.Processes[i].Start = time.Since(began)
	}
}
