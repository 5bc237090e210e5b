package process

import (
	"context"
	"fmt"
	"net"
	"runtime/debug"

	"github.com/projectbeskar/hawkfish/internal/metrics"
)

// roles are the processes by the name of their command.
var roles = map[string]func(context.Context, Parts) error{
	"api":    API,
	"worker": Fleet,
	"host":   Hosts,
}

// Run runs one process until ctx ends, with a listener for its metrics where the configuration asks for one.
func Run(ctx context.Context, role string, p Parts) error {
	run, ok := roles[role]
	if !ok {
		return fmt.Errorf("there is no process %q", role)
	}
	p.Log = p.Log.With("role", role)
	p.Log.InfoContext(ctx, "starting", "version", Version())
	parts := []func(context.Context) error{func(ctx context.Context) error { return run(ctx, p) }}
	if address := p.Config.MetricsListen; address != "" {
		ln, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			return err
		}
		parts = append(parts, func(ctx context.Context) error {
			alive := func(context.Context) map[string]string { return nil }
			return metrics.Serve(ctx, ln, metrics.Endpoints(p.Registry, alive))
		})
	}
	return together(ctx, parts...)
}

// Version is the version of the module that the binary was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
