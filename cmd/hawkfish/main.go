// Command hawkfish is the control plane: the Redfish API, the fleet worker and
// the host workers, against an external Temporal and PostgreSQL.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/logging"
	"github.com/projectbeskar/hawkfish/internal/metrics"
	"github.com/projectbeskar/hawkfish/internal/process"
)

type commands struct {
	Config string `help:"Configuration file; HAWKFISH_ variables stand over it." type:"path" env:"HAWKFISH_CONFIG"`

	API     struct{} `cmd:"" name:"api" help:"Serve Redfish."`
	Worker  struct{} `cmd:"" help:"Run workflows, beside the database."`
	Host    struct{} `cmd:"" help:"Serve hypervisors, beside libvirt."`
	Version struct{} `cmd:"" help:"Say which version this is."`
}

func main() {
	var cli commands
	parsed := kong.Parse(&cli, kong.Name("hawkfish"), kong.Description("A Redfish control plane for virtual machines."), kong.UsageOnError())
	if parsed.Command() == "version" {
		fmt.Println(process.Version())
		return
	}
	if err := run(parsed.Command(), cli.Config); err != nil {
		fmt.Fprintln(os.Stderr, "hawkfish:", err)
		os.Exit(1)
	}
}

// run runs one process until SIGINT or SIGTERM.
func run(command, file string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg, err := config.Load(file, os.Environ())
	if err != nil {
		return err
	}
	parts := process.Parts{Config: cfg, Log: logging.New(os.Stderr, cfg.Logging), Registry: metrics.New()}
	return process.Run(ctx, command, parts)
}
