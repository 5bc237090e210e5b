package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish/internal/postgres"
)

// appDatabase is where HawkFish keeps the fleet.
const appDatabase = "hawkfish"

// postgresSettings fit one machine that also runs guests. Temporal alone may open 40 connections.
var postgresSettings = map[string]string{
	"max_connections": "150",
	"shared_buffers":  "128MB",
}

const postgresWithin = 2 * time.Minute // initdb on a slow disk included

type postgresCmd struct{}

// Run starts the server, says its connection string, and waits.
func (postgresCmd) Run(s *session) error {
	pg, err := startPostgres(s)
	if err != nil {
		return err
	}
	defer pg.Stop()
	fmt.Fprintln(s.out, "ready", databaseURL(pg, appDatabase))
	<-s.Done()
	return nil
}

func startPostgres(s *session) (*postgres.Server, error) {
	ctx, cancel := context.WithTimeout(s, postgresWithin)
	defer cancel()
	pg, err := postgres.Start(ctx, postgres.Config{
		Dir:      filepath.Join(s.cfg.StateDir, "postgres"),
		Settings: postgresSettings,
		Log:      s.log.With("part", "postgres"),
	})
	if err != nil {
		return nil, err
	}
	if err := ensureDatabase(ctx, pg.DSN("postgres"), appDatabase); err != nil {
		pg.Stop()
		return nil, err
	}
	return pg, nil
}

func ensureDatabase(ctx context.Context, server, name string) error {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	return err
}
