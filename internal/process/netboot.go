package process

import (
	"context"
	"net"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/netboot"
)

// netboot opens the port where firmware asks for its scripts and files, if there is to be one, and returns what serves it.
func (p Parts) netboot(ctx context.Context, systems hawkfish.Systems) (func(context.Context) error, error) {
	if p.Config.BootListen == "" {
		return func(context.Context) error { return nil }, nil
	}
	fetcher, err := p.fetcher()
	if err != nil {
		return nil, err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", p.Config.BootListen)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		return netboot.Serve(ctx, ln, netboot.Config{
			Find: func(ctx context.Context, id string) (hawkfish.System, error) {
				return systems.FindSystem(ctx, hawkfish.Scope{All: true}, id)
			},
			Open: fetcher.OpenMedium, Log: p.Log.With("component", "netboot"), Metrics: p.Registry,
		})
	}, nil
}
