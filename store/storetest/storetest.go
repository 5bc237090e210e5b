// Package storetest gives each test a database of its own, in a PostgreSQL server of the
// tests' own, and holds the suite of what a store must do.
//
// The server is started when the first test of a process needs it and ends with the process; its
// folder is used again by the next one. HAWKFISH_TEST_DATABASE_URL names a server to
// use instead, whose user may create databases.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish/internal/postgres"
	"github.com/projectbeskar/hawkfish/store"
)

// ExternalServer is the environment variable that names a server to use.
const ExternalServer = "HAWKFISH_TEST_DATABASE_URL"

// startLimit bounds the start of the server, the first one's initdb included.
const startLimit = time.Minute

// New returns a store in an empty database, which is dropped after the test. The test is skipped where
// no PostgreSQL is installed.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, DSN(t), store.Options{})
}

// Open returns a store of a database that DSN has made, so that a test can open it twice.
func Open(t testing.TB, dsn string, opts store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(context.WithoutCancel(t.Context()), dsn, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// DSN makes an empty database with the current schema, and returns its connection string.
func DSN(t testing.TB) string {
	t.Helper()
	srv, err := shared()
	switch {
	case errors.Is(err, postgres.ErrNotInstalled):
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	name := "test_" + uuid.Must(uuid.NewV7()).String()
	if err := srv.exec("CREATE DATABASE " + quote(name) + " TEMPLATE " + quote(srv.template)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.exec("DROP DATABASE " + quote(name) + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return srv.dsn(name)
}

// server is where the tests' databases are.
type server struct {
	dsn      func(db string) string
	template string // a database with the schema and nothing else
}

// shared returns the process's server; starting it is the one thing that tests share.
var shared = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	s := &server{template: "template_" + schemaDigest()}
	if url := os.Getenv(ExternalServer); url != "" {
		cfg, err := pgx.ParseConfig(url)
		if err != nil {
			return nil, err
		}
		s.dsn = func(db string) string { return external(cfg, db) }
	} else {
		private, err := startPrivate(ctx)
		if err != nil {
			return nil, err
		}
		s.dsn = private.DSN
	}
	return s, s.prepareTemplate(ctx)
})

// startPrivate starts a server in the first folder that no other process uses. The kernel ends
// it with this process.
func startPrivate(ctx context.Context) (*postgres.Server, error) {
	for n := range 64 {
		dir := filepath.Join(os.TempDir(), fmt.Sprintf("hawkfish-test-%d-%d", os.Getuid(), n))
		srv, err := postgres.Start(ctx, postgres.Config{Dir: dir, Settings: map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
			"shared_buffers": "64MB", "max_connections": "300",
		}})
		if !errors.Is(err, postgres.ErrInUse) {
			return srv, err
		}
	}
	return nil, errors.New("storetest: every folder is in use")
}

// schemaDigest tells one schema from another.
func schemaDigest() string {
	sum := sha256.New()
	files, _ := fs.Glob(store.Migrations(), "migrations/*.sql")
	for _, file := range files {
		text, _ := fs.ReadFile(store.Migrations(), file)
		_, _ = fmt.Fprintf(sum, "%s\n%s", file, text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}
