//go:build !linux

package postgres

import (
	"os/exec"
	"strconv"
	"syscall"
)

// childAttr keeps the child out of this process's group. Only Linux can end it with its
// parent; elsewhere the next Start does (reapStale).
func (a account) childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: a.credential()}
}

// commandLine returns the command of a process (ps(1)); empty when there is no such process.
func commandLine(pid int) []byte {
	text, _ := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return text
}

// isDead is only known on Linux.
func isDead(int) bool { return false }
