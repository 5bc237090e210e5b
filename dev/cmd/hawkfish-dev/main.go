// Command hawkfish-dev is HawkFish with everything it needs in one program: a
// private PostgreSQL and an embedded Temporal with its Web UI. It is for
// development, demonstrations and tests. The same configuration serves it and
// the production program, hawkfish, which brings neither.
package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"

	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/logging"
)

type cli struct {
	Config string `help:"File with the configuration; HAWKFISH_* variables override it." type:"existingfile" env:"HAWKFISH_CONFIG"`

	Run      runCmd      `cmd:"" default:"1" help:"Run everything in this process."`
	Postgres postgresCmd `cmd:"" help:"Run only the private PostgreSQL."`
	Temporal temporalCmd `cmd:"" help:"Run only Temporal and its Web UI, on a given PostgreSQL."`
	API      apiCmd      `cmd:"" name:"api" help:"Serve Redfish, with hold points for tests."`
	Worker   workerCmd   `cmd:"" help:"Run workflows, with hold points for tests."`
	Host     hostCmd     `cmd:"" help:"Serve hypervisors, with hold points for tests."`
}

func main() {
	var c cli
	parsed := kong.Parse(&c,
		kong.Name("hawkfish-dev"),
		kong.Description("HawkFish with its own PostgreSQL and Temporal, for development."),
		kong.UsageOnError(),
	)
	ctx, stop := interruptible(os.Stderr, os.Exit)
	defer stop()
	s := &session{Context: ctx, began: time.Now(), out: os.Stdout}
	parsed.FatalIfErrorf(s.load(c.Config))
	parsed.FatalIfErrorf(parsed.Run(s))
}

// session is what every command is given.
type session struct {
	context.Context // ends at the first Ctrl-C
	began           time.Time
	cfg             config.Config
	log             *slog.Logger
	out             io.Writer
}

func (s *session) load(file string) (err error) {
	if s.cfg, err = config.Load(file, environment(os.Environ())); err != nil {
		return err
	}
	s.log = logging.New(os.Stderr, s.cfg.Logging)
	// Children run in other folders.
	s.cfg.StateDir, err = filepath.Abs(s.cfg.StateDir)
	return err
}

// foreign is the logger of what we embed, whose warnings of its own retries would drown ours.
func (s *session) foreign() *slog.Logger {
	logs := s.cfg.Logging
	if logs.LogLevel != "debug" {
		logs.LogLevel = "error"
	}
	return logging.New(os.Stderr, logs)
}
