package temporald

import (
	"fmt"
	"log/slog"

	"github.com/temporalio/ui-server/v2/server"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"

	"github.com/projectbeskar/hawkfish/dev/port"
)

type webUI struct {
	srv  *server.Server
	url  string
	done chan struct{}
}

// startUI starts Temporal's Web UI, whose pages are in its module.
func startUI(addr, frontend, namespace string, log *slog.Logger) (*webUI, error) {
	host, number, err := port.SplitLoopback(addr)
	if err != nil {
		return nil, err
	}
	// The UI's server ends the whole process when it cannot listen: look before.
	if err := port.Choose(host, &number); err != nil {
		return nil, fmt.Errorf("web UI: %w", err)
	}
	u := &webUI{
		url:  "http://" + port.Address(host, number),
		done: make(chan struct{}),
		srv: server.NewServer(server_options.WithConfigProvider(&config.Config{
			Host:                host,
			Port:                number,
			TemporalGRPCAddress: frontend,
			DefaultNamespace:    namespace,
			EnableUI:            true,
			HideLogs:            true,
			DisableNewsFetch:    true,
			CORS:                config.CORS{CookieInsecure: true}, // plain HTTP, on loopback
		})),
	}
	go func() {
		defer close(u.done)
		if err := u.srv.Start(); err != nil {
			log.Error("temporal web ui ended", "error", err)
		}
	}()
	return u, nil
}

func (u *webUI) stop() {
	u.srv.Stop()
	<-u.done
}
