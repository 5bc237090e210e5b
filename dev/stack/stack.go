// Package stack starts a whole HawkFish for a test: PostgreSQL, Temporal, API,
// fleet worker and host workers, each a process of its own that the test can
// kill and start again, and gives the test a Redfish client, the hold points
// and the database. It knows how the processes are started, not what they do.
package stack

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/port"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/internal/postgres"
	"github.com/projectbeskar/hawkfish/store"
)

// The processes of every stack; a host's is "host-" and its name.
const (
	Postgres = "postgres"
	Temporal = "temporal"
	API      = "api"
	Worker   = "worker"
)

// HostProcess is the name of the process of a host's worker.
func HostProcess(name string) string { return "host-" + name }

// Simulated is the process of the workers of all simulated hosts.
const Simulated = "host-simulated"

// Options say what the stack is made of.
type Options struct {
	// Hosts are libvirt hosts, each with a worker process of its own. Without
	// one there are simulated hosts, served by one process.
	Hosts []Host
	// SimulatedHosts is how many simulated hosts there are, named sim1 and so on; 0: 1.
	SimulatedHosts int
	// Env holds further variables of all processes, such as HAWKFISH_DOMAIN_TYPE; an empty one
	// takes away what they would have.
	Env map[string]string
	// Production is the path of a production program for the processes that it has: API, worker
	// and hosts. Empty: hawkfish-dev's, with hold points.
	Production string
}

// Host is a libvirt host.
type Host struct {
	Name string
	URI  string // or socket path
}

// Stack is a running HawkFish.
type Stack struct {
	*Client // as the administrator

	// Dir holds the state of all processes and, in logs/, what they say.
	Dir string
	// Hold arms the points at which a process stops; see package hold.
	Hold hold.Dir
	// DatabaseURL is where the fleet is kept.
	DatabaseURL string
	// Store is the same, open; its schema is there when Start returns.
	Store *store.Store
	// TemporalAddress is the frontend's.
	TemporalAddress string
	// Temporal is the service there.
	Temporal *durable.Service

	t         testing.TB
	env       map[string]string // of all processes
	processes map[string]*process
	order     []string            // of starting
	hosts     map[string][]string // by process
}

const (
	// ReadyWithin bounds how long a process may take to be ready.
	ReadyWithin = 90 * time.Second
	// namespace is the configuration's default.
	namespace = "hawkfish"
	// admin is the password of the stack's administrator.
	admin = "correct horse battery"
)

// Start starts everything and returns when it is ready. It ends with the test; when that has failed, what
// the processes said last goes to its log.
func Start(t testing.TB, o Options) *Stack {
	t.Helper()
	if _, err := postgres.FindBinDir(""); err != nil {
		t.Skip(err)
	}
	program := Program(t)
	s := &Stack{t: t, Dir: stateDir(t), processes: map[string]*process{}, hosts: map[string][]string{}}
	var frontend, api int
	require.NoError(t, port.Choose(port.Loopback, &frontend, &api))
	s.TemporalAddress = port.Address(port.Loopback, frontend)
	s.DatabaseURL = databaseURL(filepath.Join(s.Dir, "postgres"))
	s.Client = NewClient(t, "https://"+port.Address(port.Loopback, api), filepath.Join(s.Dir, certificateFile), "admin", admin)

	var err error
	s.Hold, err = hold.NewDir(filepath.Join(s.Dir, "hold"))
	require.NoError(t, err)
	for _, p := range s.parts(o) {
		p.program = program
		if o.Production != "" && p.name != Postgres && p.name != Temporal {
			p.program = o.Production
		}
		p.log = filepath.Join(s.Dir, "logs", p.name+".log")
		s.processes[p.name] = p
		s.order = append(s.order, p.name)
	}
	t.Cleanup(s.end)

	s.Store, err = store.Open(t.Context(), s.DatabaseURL, store.Options{})
	require.NoError(t, err)
	t.Cleanup(s.Store.Close)
	s.Temporal, err = durable.Connect(durable.Config{
		Address: s.TemporalAddress, Namespace: namespace, Log: slog.New(slog.DiscardHandler), Identity: t.Name(),
	})
	require.NoError(t, err)
	t.Cleanup(s.Temporal.Close)

	for _, name := range []string{Postgres, Temporal} {
		s.Start(name)
		s.WaitReady(name)
	}
	for _, name := range s.order[2:] { // all at once: they wait for one another
		s.Start(name)
	}
	s.WaitReady()
	s.WaitHosts()
	return s
}

// WaitHosts waits until the fleet has heard of every host since its worker was started.
func (s *Stack) WaitHosts() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), ReadyWithin)
	defer cancel()
	for name, hosts := range s.hosts {
		if err := s.awaitHosts(ctx, s.process(name).current(), hosts); err != nil {
			s.t.Fatalf("%s: %v", name, err)
		}
	}
}

// Processes lists the names of all processes in the order they were started.
func (s *Stack) Processes() []string { return slices.Clone(s.order) }

// Start starts a process that does not run, and does not wait until it is ready.
func (s *Stack) Start(name string) {
	s.t.Helper()
	require.NoError(s.t, s.process(name).start(), name)
}

// Kill ends a process by SIGKILL, and returns when it is gone. With PostgreSQL's goes its server,
// by SIGKILL too.
func (s *Stack) Kill(name string) {
	s.t.Helper()
	if name == Postgres {
		s.killPostgres()
		return
	}
	s.process(name).kill()
}

// Stop ends a process by SIGTERM, and returns when it is gone.
func (s *Stack) Stop(name string) {
	s.t.Helper()
	require.NoError(s.t, s.process(name).stop(), name)
}

// Restart kills a process, starts it again and waits until it is ready.
func (s *Stack) Restart(name string) {
	s.t.Helper()
	s.Kill(name)
	s.Start(name)
	s.WaitReady(name)
}

// Pid is the process ID; 0 when it does not run.
func (s *Stack) Pid(name string) int { s.t.Helper(); return s.process(name).pid() }

// WaitReady waits until processes, or all without a name, are ready.
func (s *Stack) WaitReady(names ...string) {
	s.t.Helper()
	if len(names) == 0 {
		names = s.order
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), ReadyWithin)
	defer cancel()
	for _, name := range names {
		r := s.process(name).current()
		if r == nil {
			s.t.Fatalf("%s: %v", name, errNotRunning)
		}
		if err := s.process(name).ready(ctx, r); err != nil {
			s.t.Fatalf("%s is not ready: %v", name, err)
		}
	}
}

func (s *Stack) process(name string) *process {
	s.t.Helper()
	p, ok := s.processes[name]
	if !ok {
		s.t.Fatalf("no process %q; there are %v", name, s.order)
	}
	return p
}

func (s *Stack) end() {
	for _, name := range slices.Backward(s.order) {
		s.processes[name].kill() // a clean stop would take seconds, and another test proves it
	}
	if s.t.Failed() {
		for _, name := range s.order {
			s.t.Logf("--- %s said last (all in %s):\n%s", name, s.processes[name].log, tail(s.processes[name].log))
		}
		return // what is left helps to find out why
	}
	_ = os.RemoveAll(s.Dir)
}

// stateDir makes a folder that the unprivileged user of PostgreSQL can enter,
// which testing's are not, with a path short enough for a socket.
func stateDir(t testing.TB) string {
	dir, err := os.MkdirTemp("", "hawkfish-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "logs"), 0o755))
	return dir
}

// databaseURL is where hawkfish-dev postgres listens.
func databaseURL(dir string) string {
	return fmt.Sprintf("postgres:///hawkfish?host=%s&port=%d&user=%s&sslmode=disable", filepath.Join(dir, "socket"), postgres.Port, postgres.User)
}

// Images is a folder from which hosts may import file URLs.
func (s *Stack) Images() string { return filepath.Join(s.Dir, "images") }

// AwaitHeld waits until a process holds at a point, and returns its process ID.
func (s *Stack) AwaitHeld(p hold.Point) (pid int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), ReadyWithin)
	defer cancel()
	pid, err := s.Hold.AwaitHeld(ctx, p)
	require.NoError(s.t, err, "nobody holds at %s", p)
	return pid
}
