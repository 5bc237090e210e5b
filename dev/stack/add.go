package stack

import (
	"context"
	"maps"
	"net"
	"path/filepath"

	"github.com/stretchr/testify/require"
)

// Extra is a process beside the stack's own, such as a second API.
type Extra struct {
	Name    string
	Program string
	Args    []string
	Env     map[string]string // beside, or instead of, what the stack's processes have
	Address string            // on which it accepts connections when it is ready
}

// Add starts a further process, waits until it is ready, and ends it with the stack. From then on it is
// one of the stack's, to be killed and started like any.
func (s *Stack) Add(e Extra) {
	s.t.Helper()
	require.NotContains(s.t, s.processes, e.Name)
	env := maps.Clone(s.env)
	maps.Copy(env, e.Env)
	s.processes[e.Name] = &process{
		name: e.Name, program: e.Program, args: e.Args, env: environ(env),
		log: filepath.Join(s.Dir, "logs", e.Name+".log"), ready: accepts(e.Address),
	}
	s.order = append(s.order, e.Name)
	s.Start(e.Name)
	s.WaitReady(e.Name)
}

// accepts waits until somebody accepts connections.
func accepts(address string) readiness {
	return func(ctx context.Context, r *run) error {
		return until(ctx, r, func(ctx context.Context) error {
			c, err := new(net.Dialer).DialContext(ctx, "tcp", address)
			if err != nil {
				return err
			}
			return c.Close()
		})
	}
}
