package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lockFile is where a postmaster leaves its process ID.
const lockFile = "postmaster.pid"

// reapStale ends the postmaster of a parent that was killed. Mostly the kernel has already told it to
// end, and this waits until it has.
func reapStale(ctx context.Context, clusterDir string) error {
	pid := postmasterPid(clusterDir)
	if pid <= 1 {
		return nil
	}
	if isPostmaster(pid, clusterDir) && syscall.Kill(pid, syscall.SIGINT) == nil {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for isPostmaster(pid, clusterDir) {
			select {
			case <-ctx.Done():
				return fmt.Errorf("postgres: postmaster %d of an earlier run does not stop: %w", pid, ctx.Err())
			case <-tick.C:
			}
		}
	}
	if isDead(pid) {
		// PostgreSQL removes a lock file whose process is gone, but takes one that nobody has reaped yet for
		// a living one, and refuses to start beside it.
		if err := os.Remove(filepath.Join(clusterDir, lockFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// postmasterPid reads the first line of the cluster's lock file; 0 when there is none.
func postmasterPid(clusterDir string) int {
	text, err := os.ReadFile(filepath.Join(clusterDir, lockFile))
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
