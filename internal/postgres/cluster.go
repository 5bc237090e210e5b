package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// initCluster makes the cluster when there is none. It is made beside its
// final place and moved there, so that a half-made one is never taken for a whole one.
func (s *Server) initCluster(ctx context.Context) error {
	if _, err := os.Stat(s.clusterDir()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	fresh := s.clusterDir() + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := s.account.makeFolder(fresh); err != nil {
		return err
	}
	args := []string{"--pgdata", fresh, "--username", User, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-instructions"}
	if s.cfg.Settings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(s.cfg.BinDir, "initdb"), args...)
	cmd.SysProcAttr, cmd.Dir = s.account.childAttr(), "/"
	runtime.LockOSThread() // see supervise
	defer runtime.UnlockOSThread()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("postgres: initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return os.Rename(fresh, s.clusterDir())
}
