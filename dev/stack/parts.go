package stack

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	enums "go.temporal.io/api/enums/v1"

	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// parts lists the processes in the order in which they are started.
func (s *Stack) parts(o Options) []*process {
	env := map[string]string{
		"HAWKFISH_STATE_DIR":          s.Dir,
		"HAWKFISH_LISTEN":             strings.TrimPrefix(s.Base, "https://"),
		"HAWKFISH_ADMIN_PASSWORD":     admin,
		"HAWKFISH_DATABASE_URL":       s.DatabaseURL,
		"HAWKFISH_TEMPORAL_ADDRESS":   s.TemporalAddress,
		"HAWKFISH_TEMPORAL_UI_LISTEN": "127.0.0.1:0",
		"HAWKFISH_IMAGE_DIRS":         s.Images(),
		"HAWKFISH_LOG_LEVEL":          "debug",
		hold.EnvDir:                   string(s.Hold),
	}
	maps.Copy(env, o.Env)
	s.env = env
	quietly := map[string]string{"HAWKFISH_LOG_LEVEL": "info"} // at debug, Temporal tells of every call
	part := func(name string, ready readiness, args []string, more map[string]string) *process {
		all := maps.Clone(env)
		maps.Copy(all, more)
		return &process{name: name, args: args, env: environ(all), ready: ready}
	}

	parts := []*process{
		part(Postgres, saysReady, []string{"postgres"}, nil),
		part(Temporal, saysReady, []string{"temporal", "--listen", s.TemporalAddress}, quietly),
		part(API, s.answers, []string{"api"}, nil),
		part(Worker, s.polls(durable.Fleet, enums.TASK_QUEUE_TYPE_WORKFLOW), []string{"worker"}, nil),
	}
	for _, h := range o.Hosts {
		parts = append(parts, part(HostProcess(h.Name), s.polls(durable.Host(h.Name), enums.TASK_QUEUE_TYPE_ACTIVITY), []string{"host"}, map[string]string{
			"HAWKFISH_HYPERVISOR": "libvirt", "HAWKFISH_LIBVIRT": h.Name + "=" + h.URI,
		}))
		s.hosts[HostProcess(h.Name)] = []string{h.Name}
	}
	if len(o.Hosts) == 0 {
		parts = append(parts, part(Simulated, s.polls(durable.Host("sim1"), enums.TASK_QUEUE_TYPE_ACTIVITY), []string{"host"}, map[string]string{
			"HAWKFISH_HYPERVISOR": "simulated", "HAWKFISH_SIMULATED_HOSTS": strconv.Itoa(max(o.SimulatedHosts, 1)),
		}))
		for i := range max(o.SimulatedHosts, 1) {
			s.hosts[Simulated] = append(s.hosts[Simulated], fmt.Sprintf("sim%d", i+1))
		}
	}
	return parts
}

// inherited are the only variables that processes get from the test: what a developer has set must not change it.
var inherited = []string{"PATH", "HOME", "TMPDIR", "USER"}

func environ(own map[string]string) []string {
	var env []string
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if own[name] == "" {
			continue // as if it were not set
		}
		env = append(env, name+"="+own[name])
	}
	return env
}
