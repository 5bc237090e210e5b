package store

import (
	"context"
	"embed"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/projectbeskar/hawkfish"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema up to date. Several processes may try at once: one does it, the others wait.
// There is no way back: a migration never takes away what the release before it needs.
func Migrate(ctx context.Context, dsn string) error {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return &hawkfish.Error{Kind: hawkfish.Invalid, Message: "the database's connection string cannot be understood", Err: err}
	}
	conn := stdlib.OpenDB(*cfg)
	defer func() { _ = conn.Close() }()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return failure(err, subject{})
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // tries each second, for five minutes
	if err != nil {
		return failure(err, subject{})
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, conn, files, goose.WithSessionLocker(locker))
	if err != nil {
		return failure(err, subject{})
	}
	_, err = provider.Up(ctx)
	return failure(err, subject{})
}

// Migrations lists the files that make the schema, so that tests can tell one schema from another.
func Migrations() fs.FS { return migrations }
