package process

import (
	"context"
	"net"

	"github.com/projectbeskar/hawkfish/api/server"
)

// redirect opens the port from which plain requests are sent to https, if there is to be one, and returns what serves it.
func (p Parts) redirect(ctx context.Context) (func(context.Context) error, error) {
	if p.Config.RedirectListen == "" {
		return func(context.Context) error { return nil }, nil
	}
	_, port, err := net.SplitHostPort(p.Config.Listen)
	if err != nil {
		return nil, err
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", p.Config.RedirectListen)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		return server.Redirect(ctx, ln, port, p.Log.With("component", "redirect"))
	}, nil
}
