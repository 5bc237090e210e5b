package temporald

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/server/common/config"
	tlog "go.temporal.io/server/common/log"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql" // the plugin postgres12_pgx
	"go.temporal.io/server/tools/common/schema"
	tsql "go.temporal.io/server/tools/sql"
)

// The databases, and where in Temporal's module their schema is.
const (
	mainDatabase       = "temporal"
	visibilityDatabase = "temporal_visibility"
)

var schemas = map[string]string{
	mainDatabase:       "postgresql/v12/temporal",
	visibilityDatabase: "postgresql/v12/visibility",
}

// maxConns is how many connections Temporal may open per database.
const maxConns = 20

// database is a PostgreSQL server.
type database struct{ pg *pgx.ConnConfig }

func parseDatabase(conn string) (database, error) {
	pg, err := pgx.ParseConfig(conn)
	if err != nil {
		return database{}, fmt.Errorf("temporal's database: %w", err)
	}
	pg.ConnectTimeout = 10 * time.Second
	return database{pg}, nil
}

// sql is the connection to one database in Temporal's configuration.
func (d database) sql(name string) *config.SQL {
	c := &config.SQL{
		PluginName:      "postgres12_pgx",
		User:            d.pg.User,
		Password:        d.pg.Password,
		DatabaseName:    name,
		ConnectProtocol: "tcp",
		ConnectAddr:     net.JoinHostPort(d.pg.Host, strconv.Itoa(int(d.pg.Port))),
		MaxConns:        maxConns,
		MaxIdleConns:    maxConns,
		MaxConnLifetime: time.Hour,
	}
	if filepath.IsAbs(d.pg.Host) {
		// A folder cannot stand in a URL's authority; libpq's parameter overrides what does.
		c.ConnectAddr = net.JoinHostPort("localhost", strconv.Itoa(int(d.pg.Port)))
		c.ConnectAttributes = map[string]string{"host": d.pg.Host}
	}
	return c
}

// prepare makes the databases that are missing and updates their schemas.
func (d database) prepare(ctx context.Context, log tlog.Logger) error {
	for name, dir := range schemas {
		exists, err := d.exists(ctx, name)
		if err != nil {
			return err
		}
		if !exists {
			err = d.create(ctx, name, dir, log)
		} else {
			err = d.migrate(name, dir, log)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// create builds the database under another name and renames it when it is
// complete: Temporal's schema tool cannot continue where a kill stopped it.
func (d database) create(ctx context.Context, name, dir string, log tlog.Logger) error {
	draft := name + "_draft"
	if err := d.exec(ctx, d.pg.Database,
		"DROP DATABASE IF EXISTS "+draft+" WITH (FORCE)",
		"CREATE DATABASE "+draft,
	); err != nil {
		return err
	}
	if err := d.migrate(draft, dir, log); err != nil {
		return err
	}
	return errors.Join(
		// Temporal records the version of its schema under the database's name.
		d.exec(ctx, draft, "UPDATE schema_version SET db_name = '"+name+"'"),
		d.exec(ctx, d.pg.Database, "ALTER DATABASE "+draft+" RENAME TO "+name),
	)
}

func (d database) migrate(name, dir string, log tlog.Logger) error {
	conn, err := tsql.NewConnection(d.sql(name), log)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ReadSchemaVersion(); err != nil { // a new database has no such table
		if err := schema.NewSetupSchemaTask(conn, &schema.SetupConfig{InitialVersion: "0.0"}, log).Run(); err != nil {
			return err
		}
	}
	return schema.NewUpdateSchemaTask(conn, &schema.UpdateConfig{SchemaName: dir}, log).Run()
}

func (d database) exists(ctx context.Context, name string) (exists bool, err error) {
	err = d.with(ctx, d.pg.Database, func(c *pgx.Conn) error {
		return c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	})
	return exists, err
}

func (d database) exec(ctx context.Context, name string, statements ...string) error {
	return d.with(ctx, name, func(c *pgx.Conn) error {
		for _, s := range statements {
			if _, err := c.Exec(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
}

func (d database) with(ctx context.Context, name string, do func(*pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	pg := d.pg.Copy()
	pg.Database = name
	c, err := pgx.ConnectConfig(ctx, pg)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	return do(c)
}
