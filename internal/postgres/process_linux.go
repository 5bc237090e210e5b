package postgres

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// childAttr makes the child end when this process does (SIGINT: fast shutdown), and keeps
// it out of its process group, so that the terminal's ^C reaches it only through us.
func (a account) childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT, Setpgid: true, Credential: a.credential()}
}

// isDead reports whether a process has ended and waits only to be reaped by its parent.
func isDead(pid int) bool {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, _ := bytes.Cut(stat, []byte(") ")) // the name, which may hold anything, is in parentheses (proc(5))
	return bytes.HasPrefix(after, []byte("Z"))
}

// commandLine returns the command of a process (proc(5)); empty when there is no such process.
func commandLine(pid int) []byte {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return text
}
