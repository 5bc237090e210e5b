package storetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish/store"
)

// prepareTemplate makes the template once for each schema, whoever comes first.
func (s *server) prepareTemplate(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.dsn("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext('hawkfish test template'))"); err != nil {
		return err
	}
	if err := dropLeftovers(ctx, conn); err != nil {
		return err
	}
	var made bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", s.template).Scan(&made)
	if err != nil || made {
		return err
	}
	fresh := s.template + "_new" // renamed when it is whole
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(fresh)); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(fresh)); err != nil {
		return err
	}
	if err := store.Migrate(ctx, s.dsn(fresh)); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+quote(fresh)+" RENAME TO "+quote(s.template))
	return err
}

// dropLeftovers drops what killed tests have left, and nobody uses any more.
func dropLeftovers(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database d WHERE datname LIKE 'test\_%'
		AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		if made, ok := madeAt(name); ok && time.Since(made) > time.Hour {
			_, dropErr := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name))
			err = errors.Join(err, dropErr)
		}
	}
	return err
}

// madeAt reads the time from the version 7 UUID in a database's name.
func madeAt(name string) (time.Time, bool) {
	const digits = "0190a1b2-c3d4"
	if len(name) < len("test_")+len(digits) {
		return time.Time{}, false
	}
	stamp := name[len("test_"):][:len(digits)]
	ms, err := strconv.ParseInt(stamp[:8]+stamp[9:], 16, 64)
	return time.UnixMilli(ms), err == nil
}

// exec runs a statement that cannot run in a transaction.
func (s *server) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.dsn("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

// external returns the connection string of another database of a server.
func external(cfg *pgx.ConnConfig, db string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(cfg.User, cfg.Password), Path: "/" + db}
	if len(cfg.Host) > 0 && cfg.Host[0] == '/' {
		u.RawQuery = url.Values{"host": {cfg.Host}, "port": {fmt.Sprint(cfg.Port)}}.Encode()
	} else {
		u.Host = net.JoinHostPort(cfg.Host, fmt.Sprint(cfg.Port))
	}
	if cfg.TLSConfig == nil {
		query := u.Query()
		query.Set("sslmode", "disable")
		u.RawQuery = query.Encode()
	}
	return u.String()
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
