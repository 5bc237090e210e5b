package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/projectbeskar/hawkfish/dev/temporald"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

type temporalCmd struct {
	Database string `help:"PostgreSQL connection string of a role that may create databases; unset: HAWKFISH_DATABASE_URL." placeholder:"URL"`
	Listen   string `help:"Loopback address of the frontend; unset: that of the last start, or a free one." placeholder:"ADDRESS"`
}

// Run starts the server, says its addresses, and waits.
func (c temporalCmd) Run(s *session) error {
	database := c.Database
	if database == "" {
		database = s.cfg.DatabaseURL.Reveal()
	}
	if database == "" {
		return errors.New("set --database or HAWKFISH_DATABASE_URL")
	}
	srv, err := startTemporal(s, database, c.Listen)
	if err != nil {
		return err
	}
	defer srv.Stop()
	fmt.Fprintln(s.out, "ready", srv.Addr(), srv.UIURL())
	<-s.Done()
	return nil
}

func startTemporal(s *session, database, listen string) (*temporald.Server, error) {
	srv, err := temporald.Start(s, temporald.Options{
		Database:  database,
		StateDir:  s.cfg.StateDir,
		Listen:    listen,
		UIListen:  s.cfg.TemporalUIListen,
		Namespace: s.cfg.TemporalNamespace,
		Logger:    s.foreign().With("part", "temporal"),
	})
	if err != nil {
		return nil, err
	}
	if err := ensureNamespace(s, srv.Addr()); err != nil {
		srv.Stop()
		return nil, err
	}
	return srv, nil
}

const (
	// retention is how long a development server keeps what has ended.
	retention       = 7 * 24 * time.Hour
	namespaceWithin = time.Minute
)

// ensureNamespace registers the namespace as the fleet worker would, but before anyone asks for it.
func ensureNamespace(s *session, addr string) error {
	service, err := durable.Connect(durable.Config{Address: addr, Namespace: s.cfg.TemporalNamespace, Log: s.foreign()})
	if err != nil {
		return err
	}
	defer service.Close()
	ctx, cancel := context.WithTimeout(s, namespaceWithin)
	defer cancel()
	return service.EnsureNamespace(ctx, s.cfg.TemporalNamespace, retention)
}
