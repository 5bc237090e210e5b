// Package port chooses ports to listen on that can be kept across restarts.
package port

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Loopback is the host that development services listen on.
const Loopback = "127.0.0.1"

// Ports are chosen below the range that systems take client ports from: while a
// server is down, a client that tries to connect to a port of that range can be
// given the very same one, connect to itself and keep the server out.
const lowest, highest = 20000, 29999

// Choose checks that the ports that are set are free, and sets those that are
// zero to free ones. All stay open until the last is chosen, so that none is chosen twice; and those that were chosen stay claimed
// for as long as the process lives, so that no other process chooses them before somebody listens there.
func Choose(host string, ports ...*int) error {
	for _, port := range ports {
		l, err := listen(host, *port)
		if err != nil {
			return err
		}
		defer l.Close()
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return nil
}

func listen(host string, port int) (l net.Listener, err error) {
	if port != 0 {
		return net.Listen("tcp", Address(host, port))
	}
	for range 100 {
		one := lowest + rand.N(highest-lowest+1)
		if err = claim(one); err != nil {
			continue
		}
		if l, err = net.Listen("tcp", Address(host, one)); err == nil {
			return l, nil
		}
	}
	return nil, err
}

// claim takes a port for this process, by a lock that ends with it. The file is never closed, nor removed: whoever has it open waits for the same lock.
func claim(port int) error {
	dir := filepath.Join(os.TempDir(), "hawkfish-ports-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	fd, err := syscall.Open(filepath.Join(dir, strconv.Itoa(port)), syscall.O_CREAT|syscall.O_RDWR|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Join(err, syscall.Close(fd))
	}
	return nil
}

// Address is host:port.
func Address(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// SplitLoopback splits an address, and refuses one that other machines could
// reach: what listens there does not ask who calls.
func SplitLoopback(addr string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, err
	}
	if host == "localhost" {
		host = Loopback
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", 0, fmt.Errorf("%s is not a loopback address", addr)
	}
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("%s has no valid port", addr)
	}
	return host, int(number), nil
}
