package process

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"

	"github.com/projectbeskar/hawkfish/internal/metrics"
)

// roles are the processes by the name of their command, with the keys that they cannot do without.
var roles = map[string]struct {
	run   func(context.Context, Parts) error
	needs []string
}{
	"api":    {API, []string{"database_url", "temporal_address"}},
	"worker": {Fleet, []string{"database_url", "temporal_address"}},
	"host":   {Hosts, []string{"temporal_address"}},
}

// Run runs one process until ctx ends, with a listener for its metrics where the configuration asks for one.
func Run(ctx context.Context, role string, p Parts) error {
	process, ok := roles[role]
	if !ok {
		return fmt.Errorf("there is no process %q", role)
	}
	if err := p.Config.Require(process.needs...); err != nil {
		return err
	}
	p.Log = p.Log.With("role", role)
	p.Log.InfoContext(ctx, "starting", "version", Version())
	parts := []func(context.Context) error{func(ctx context.Context) error { return process.run(ctx, p) }}
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
	err := together(ctx, parts...)
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, cause) {
		return nil // asked to stop while it waited for what it depends on
	}
	return err
}

// Version is the version of the module that the binary was built from.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
