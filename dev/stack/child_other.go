//go:build !linux

package stack

import "syscall"

// childAttr keeps a terminal's Ctrl-C from the children.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
