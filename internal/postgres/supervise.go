package postgres

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"
)

const (
	restartSoonest = 100 * time.Millisecond
	restartLatest  = 5 * time.Second
	stableAfter    = time.Minute // a server that lived so long is restarted at once
)

// shutdown is how the server is asked to end: politely, then less so. The
// signals are those of the manual, "Shutting Down the Server".
var shutdown = []struct {
	signal syscall.Signal
	wait   time.Duration
}{
	{syscall.SIGINT, 10 * time.Second}, // fast: disconnects everyone, writes a checkpoint
	{syscall.SIGQUIT, 5 * time.Second}, // immediate: recovers at the next start
	{syscall.SIGKILL, 5 * time.Second},
}

// supervise keeps the child running until Stop. The death signal that the kernel sends the child is bound to
// the thread that forked it, so this goroutine keeps its thread for the child's whole life.
func (s *Server) supervise() {
	runtime.LockOSThread()
	defer close(s.done)
	defer s.lock.release()
	wait := restartSoonest
	for {
		began := time.Now()
		stopped, err := s.runOnce()
		if stopped {
			return
		}
		s.failures.Add(1)
		if time.Since(began) > stableAfter {
			wait = restartSoonest
		}
		s.log.Warn("postgres ended unasked, restarting", "error", err, "wait", wait)
		select {
		case <-s.stop:
			return
		case <-time.After(wait):
		}
		wait = min(2*wait, restartLatest)
	}
}

// runOnce runs the child until it ends; stopped: because it was asked to.
func (s *Server) runOnce() (stopped bool, err error) {
	cmd := s.command()
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(s.said, "FATAL: ", err)
		return false, err
	}
	s.pid.Store(int64(cmd.Process.Pid))
	defer s.pid.Store(0)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return false, err
	case <-s.stop:
		endProcess(cmd.Process, ended)
		return true, nil
	}
}

func (s *Server) command() *exec.Cmd {
	args := []string{
		"-D", s.clusterDir(), "-k", s.socketDir, "-p", fmt.Sprint(Port),
		"-c", "listen_addresses=", "-c", "unix_socket_permissions=0700",
		"-c", "logging_collector=off", "-c", "log_destination=stderr", "-c", "log_line_prefix=",
	}
	for _, name := range slices.Sorted(maps.Keys(s.cfg.Settings)) {
		args = append(args, "-c", name+"="+s.cfg.Settings[name])
	}
	cmd := exec.Command( //nolint:noctx // it is stopped in steps: fast shutdown first
		filepath.Join(s.cfg.BinDir, "postgres"), args...)
	cmd.SysProcAttr, cmd.Dir = s.account.childAttr(), "/"
	cmd.Stdout, cmd.Stderr = s.said, s.said
	cmd.WaitDelay = time.Second // backends of a killed postmaster hold the pipe for a moment
	return cmd
}

func endProcess(process *os.Process, ended <-chan error) {
	for _, step := range shutdown {
		_ = process.Signal(step.signal) // fails only when it has ended
		select {
		case <-ended: //nolint:errcheck // how it ended does not matter: it was told to
			return
		case <-time.After(step.wait):
		}
	}
}
