package bench

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"log/slog"
	"net"
	"sync/atomic"

	"github.com/gofiber/fiber/v3"

	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/tlscert"
)

// Bare is the argument by which the benchmark's program serves the bare handler.
const Bare = "bare"

// bareFloor is the size of the API's heap (api/server): a garbage collector that had more to do
// here would make the comparison flatter the API.
const bareFloor = 32 << 20

// bareAnswer is an answer of the API that the bare handler repeats.
type bareAnswer struct {
	Header [][2]string
	Body   []byte
}

// ServeBare serves, until ctx ends, what a Fiber handler at its simplest does: it sends bytes, header lines and body,
// the same as an answer of the API. Which, it is told by PUT.
// Its address, and the certificate that it shares with the API, are what the configuration says.
func ServeBare(ctx context.Context, cfg config.Config) error {
	floor := make([]byte, bareFloor)
	defer func() { _ = floor[0] }()
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return err
	}
	if cfg.TLSMode != config.TLSOff {
		keeper, err := tlscert.SelfSigned(cfg.StateDir, tlscert.Names(cfg.Listen, cfg.HostName), slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		ln = tls.NewListener(ln, keeper.Config())
	}
	app := fiber.New(fiber.Config{WriteBufferSize: 8 << 10}) // as the API's: a whole reply in one packet
	for _, route := range []string{"/redfish/v1/Systems", "/redfish/v1/Systems/:id"} {
		var answer atomic.Pointer[bareAnswer]
		app.Put(route, func(c fiber.Ctx) error {
			var told bareAnswer
			if err := json.Unmarshal(c.Body(), &told); err != nil {
				return err
			}
			answer.Store(&told)
			return nil
		})
		app.Get(route, func(c fiber.Ctx) error {
			a := answer.Load()
			for _, line := range a.Header {
				c.Set(line[0], line[1])
			}
			return c.Send(a.Body)
		})
	}
	return app.Listener(ln, fiber.ListenConfig{DisableStartupMessage: true, GracefulContext: ctx})
}
