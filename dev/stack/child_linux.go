package stack

import "syscall"

// childAttr keeps a terminal's Ctrl-C from the children, and ends them with the test.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
