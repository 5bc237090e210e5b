package temporald

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

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

// startUI starts Temporal's Web UI, whose pages are in its module, and returns when it answers.
func startUI(ctx context.Context, addr, frontend, namespace string, log *slog.Logger) (*webUI, error) {
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
	if err := u.await(ctx); err != nil {
		u.stop()
		return nil, err
	}
	return u, nil
}

func (u *webUI) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.url+"/healthz", nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			return answer.Body.Close()
		}
		select {
		case <-u.done:
			return errors.New("web UI: ended while it started")
		case <-ctx.Done():
			return fmt.Errorf("web UI: does not answer: %w", context.Cause(ctx))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (u *webUI) stop() {
	u.srv.Stop()
	<-u.done
}
