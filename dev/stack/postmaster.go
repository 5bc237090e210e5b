package stack

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"
)

// killPostgres kills the database's server, before its supervisor can notice, and then that: what a crash of
// the machine would do to both.
func (s *Stack) killPostgres() {
	s.t.Helper()
	supervisor := s.process(Postgres)
	r := supervisor.current()
	if r == nil {
		return
	}
	_ = r.process.Signal(syscall.SIGSTOP) // SIGKILL ends it all the same
	postmaster := s.postmaster()
	if postmaster > 1 {
		_ = syscall.Kill(postmaster, syscall.SIGKILL)
	}
	supervisor.kill()
	// A server that has lost its parent is buried by process 1, which may take its time; until then PostgreSQL
	// takes it for alive and does not start. After a crash of the machine there would be nothing to bury.
	require.Eventually(s.t, func() bool { return postmaster <= 1 || syscall.Kill(postmaster, 0) != nil }, ReadyWithin, 10*time.Millisecond,
		"process 1 does not bury the killed postmaster")
}

// postmaster reads the server's process ID; 0 while it starts.
func (s *Stack) postmaster() int {
	text, err := os.ReadFile(filepath.Join(s.Dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		return 0
	}
	return pid
}
