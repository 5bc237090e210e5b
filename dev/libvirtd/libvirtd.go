// Package libvirtd starts this machine's libvirtd where none answers, as in a
// container without systemd. A libvirtd that answers is left alone.
//
// Guests outlive it: QEMU goes on without libvirtd, and the next one finds it again.
package libvirtd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// Socket is where the system's libvirtd listens: what qemu:///system means.
const Socket = "/run/libvirt/libvirt-sock"

// logSocket is virtlogd's, which writes what guests print to their serial lines.
const logSocket = "/run/libvirt/virtlogd-sock"

const (
	answersWithin = 30 * time.Second
	restartAfter  = time.Second
	stopWithin    = 10 * time.Second
)

// Needed reports whether no libvirtd answers.
func Needed() bool { return !answers(Socket) }

// Daemon is a libvirtd of ours.
type Daemon struct {
	program string
	log     *slog.Logger
}

// Find looks for the programs. They need root.
func Find(log *slog.Logger) (*Daemon, error) {
	program, err := lookUp("libvirtd")
	if err != nil {
		return nil, err
	}
	if os.Geteuid() != 0 {
		return nil, errors.New("no libvirtd answers at " + Socket + ", and only root may start one: start its service, or set HAWKFISH_HYPERVISOR=simulated")
	}
	return &Daemon{program: program, log: log}, nil
}

// Run keeps libvirtd running until ctx ends, and then stops it. ready is called when it first answers.
func (d *Daemon) Run(ctx context.Context, ready func()) error {
	if err := d.startLogger(ctx); err != nil {
		return err
	}
	if err := shareKVM(); err != nil { // as in a container that may not: guests are emulated then
		d.log.WarnContext(ctx, "KVM stays closed to guests", "error", err)
	}
	runtime.LockOSThread() // the death signal below is bound to the thread that forks
	defer runtime.UnlockOSThread()
	for {
		cmd := exec.CommandContext(ctx, d.program)
		cmd.SysProcAttr = childAttr()
		cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
		cmd.WaitDelay = stopWithin
		if err := cmd.Start(); err != nil {
			return err
		}
		if ready != nil {
			if err := await(ctx, Socket); err != nil && ctx.Err() == nil {
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
				return err
			}
			ready()
			ready = nil
		}
		err := cmd.Wait()
		if ctx.Err() != nil {
			return nil
		}
		d.log.WarnContext(ctx, "libvirtd ended unasked, restarting", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(restartAfter):
		}
	}
}

// startLogger starts virtlogd as a daemon of its own, because running guests write through it: it must not end with us.
func (d *Daemon) startLogger(ctx context.Context) error {
	if answers(logSocket) {
		return nil
	}
	program, err := lookUp("virtlogd")
	if err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, program, "--daemon").CombinedOutput(); err != nil {
		return fmt.Errorf("virtlogd: %w: %s", err, out)
	}
	return await(ctx, logSocket)
}

func answers(socket string) bool {
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

func await(ctx context.Context, socket string) error {
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !answers(socket) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("nothing answers at %s: %w", socket, ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// lookUp also looks where a user's PATH does not lead.
func lookUp(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is not installed (Debian: apt-get install libvirt-daemon-system qemu-system-x86); or set HAWKFISH_HYPERVISOR=simulated", name)
}
