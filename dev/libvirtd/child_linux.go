package libvirtd

import "syscall"

// childAttr keeps a terminal's Ctrl-C from libvirtd, and ends it with this process.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
