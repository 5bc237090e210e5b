package postgres

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// reapStale ends the postmaster of a parent that was killed. Mostly the kernel has already told it to
// end, and this waits until it has.
func reapStale(ctx context.Context, clusterDir string) error {
	pid := postmasterPid(clusterDir)
	if pid <= 1 || !isPostmaster(pid, clusterDir) {
		return nil // PostgreSQL itself removes a stale postmaster.pid
	}
	if err := syscall.Kill(pid, syscall.SIGINT); err != nil {
		return nil // it ended just now
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for isPostmaster(pid, clusterDir) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("postgres: postmaster %d of an earlier run does not stop: %w", pid, ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// postmasterPid reads the first line of the cluster's lock file; 0 when there is none.
func postmasterPid(clusterDir string) int {
	text, err := os.ReadFile(filepath.Join(clusterDir, "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(strings.TrimSpace(line))
	return pid
}

// isPostmaster tells the server of this cluster from a process that has got its ID since.
func isPostmaster(pid int, clusterDir string) bool {
	command := commandLine(pid)
	return bytes.Contains(command, []byte("postgres")) && bytes.Contains(command, []byte(clusterDir))
}
