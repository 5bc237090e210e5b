package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/projectbeskar/hawkfish/internal/postgres"
)

// The state folder holds
//
//	lock                  of the one process that runs everything here
//	postgres/             the private server's: its cluster, its own lock, its socket
//	temporal-ports.json   where Temporal listens
//	images/               a guest to try
//	secret-keys           for the passwords of image servers
//
// and what the processes themselves keep there, such as the TLS certificate.

// openState makes the folder and keeps a second process out; the kernel lets go when this one dies.
func (s *session) openState() (unlock func(), err error) {
	dir := s.cfg.StateDir
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s is in use: HawkFish is already running there", dir)
		}
		return nil, err
	}
	return func() { _ = file.Close() }, nil
}

// databaseURL is the connection string of one of the private server's databases as the configuration takes it.
func databaseURL(pg *postgres.Server, name string) string {
	return (&url.URL{
		Scheme: "postgres",
		Path:   "/" + name,
		RawQuery: url.Values{
			"host": {pg.SocketDir()}, "port": {strconv.Itoa(postgres.Port)}, "user": {postgres.User}, "sslmode": {"disable"},
		}.Encode(),
	}).String()
}
