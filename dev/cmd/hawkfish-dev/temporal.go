package main

import (
	"errors"
	"fmt"

	"github.com/projectbeskar/hawkfish/dev/temporald"
)

type temporalCmd struct {
	Database string `help:"PostgreSQL connection string of a role that may create databases; unset: HAWKFISH_DATABASE_URL." placeholder:"URL"`
	Listen   string `help:"Loopback address of the frontend; unset: that of the last start, or a free one." placeholder:"ADDRESS"`
}

// Run starts the server, says its addresses, and waits.
func (c temporalCmd) Run(s *session) error {
	database := c.Database
	if database == "" {
		database = string(s.cfg.DatabaseURL)
	}
	if database == "" {
		return errors.New("set --database or HAWKFISH_DATABASE_URL")
	}
	srv, err := startTemporal(s, database, c.Listen)
	if err != nil {
		return err
	}
	defer srv.Stop()
	fmt.Fprintln(s.out, "temporal", srv.Addr(), srv.UIURL())
	<-s.Done()
	return nil
}

func startTemporal(s *session, database, listen string) (*temporald.Server, error) {
	return temporald.Start(s, temporald.Options{
		Database:  database,
		StateDir:  s.cfg.StateDir,
		Listen:    listen,
		UIListen:  s.cfg.TemporalUIListen,
		Namespace: s.cfg.TemporalNamespace,
		Logger:    s.foreign().With("part", "temporal"),
	})
}
