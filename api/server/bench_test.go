package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/internal/metrics"
)

// body is as long as a System.
var body = []byte(`{"Name":"` + strings.Repeat("x", 3900) + `"}`)

// ready is a service whose reply is rendered already, as the kit's cache has it.
func ready() []redfish.Resource {
	res := redfish.Document("", body)
	tree := []redfish.Resource{redfish.Route(redfish.Endpoint{Name: "System", Path: "/redfish/v1/Systems/{id}", Like: "ComputerSystem",
		Get: func(context.Context, *redfish.Request) (redfish.Result, error) { return res, nil }})}
	for i := range 150 { // a tree of the product's size
		tree = append(tree, redfish.Route(redfish.Endpoint{Name: fmt.Sprint("R", i), Path: fmt.Sprintf("/redfish/v1/Systems/{id}/R%d", i), Like: "ComputerSystem",
			Get: func(context.Context, *redfish.Request) (redfish.Result, error) { return res, nil }}))
	}
	return tree
}

// unlimited keeps the limiters at work, but lets them never refuse.
func unlimited(cfg *Config) { cfg.Limits.AddressRate, cfg.Limits.UserRate = 1e9, 1e9 }

// BenchmarkGET compares the server, logged in, with a bare fiber handler that sends the same bytes. Client and
// server share the processors, so both pay for the client, too.
func BenchmarkGET(b *testing.B) {
	for _, mode := range []struct {
		name    string
		options []option
	}{{"plain", []option{plain}}, {"tls", nil}} {
		b.Run(mode.name+"/bare", func(b *testing.B) {
			r := start(b, mode.options...) // for its certificate, and so that both have its heap
			app := fiber.New(fiber.Config{CaseSensitive: true, UnescapePath: true, Immutable: true})
			app.Get("/redfish/v1/Systems/:id", func(c fiber.Ctx) error {
				c.Set("Content-Type", "application/json")
				return c.Send(body)
			})
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			addr := ln.Addr().String()
			if r.TLS != nil {
				ln = tls.NewListener(ln, r.TLS)
			}
			go func() { _ = app.Listener(ln, fiber.ListenConfig{DisableStartupMessage: true}) }()
			defer func() { _ = app.Shutdown() }()
			load(b, addr, r.TLS != nil, "")
		})
		for _, login := range []string{"none", asAdmin, withToken} {
			name := strings.ReplaceAll(strings.SplitN(login, ":", 2)[0], "-", "")
			b.Run(mode.name+"/"+name, func(b *testing.B) {
				r := start(b, append(mode.options, func(cfg *Config) {
					unlimited(cfg)
					cfg.Service = redfish.NewService(ready())
					cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
				})...)
				if login == "none" {
					load(b, r.addr, r.TLS != nil, "")
					return
				}
				load(b, r.addr, r.TLS != nil, login)
			})
		}
	}
}

// load sends requests over connections that stay open, one for each processor times eight.
func load(b *testing.B, addr string, encrypted bool, login string) {
	request := "GET /redfish/v1/Systems/0197fd3e-7777-7777-8777-777777777777 HTTP/1.1\r\nHost: " + addr + "\r\nUser-Agent: bench\r\nAccept: */*\r\n"
	if login != "" {
		request += login + "\r\n"
	}
	request += "\r\n"
	b.SetParallelism(8)
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime()
	b.RunParallel(func(pb *testing.PB) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			b.Error(err)
			return
		}
		defer c.Close()
		if encrypted {
			c = tls.Client(c, &tls.Config{InsecureSkipVerify: true})
		}
		in := bufio.NewReaderSize(c, 16<<10)
		var resp fasthttp.Response
		for pb.Next() {
			if _, err := io.WriteString(c, request); err != nil {
				b.Error(err)
				return
			}
			if err := resp.Read(in); err != nil || login != "" && resp.StatusCode() != http.StatusOK {
				b.Error(err, resp.StatusCode())
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	b.ReportMetric(float64((processorTime()-before).Nanoseconds())/float64(b.N), "cpu-ns/op") // also holds on a busy machine
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // never fails for oneself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkHandle is the server's own work for one request, without the network.
func BenchmarkHandle(b *testing.B) {
	r := start(b, func(cfg *Config) {
		unlimited(cfg)
		cfg.Service = redfish.NewService(ready())
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
		cfg.Metrics = metrics.New()
	})
	r.do("GET", "/redfish", "") // until it serves
	handler := r.app.Handler()
	for _, login := range []string{asAdmin, withToken} {
		name, value, _ := strings.Cut(login, ": ")
		b.Run(name, func(b *testing.B) {
			var http fasthttp.RequestCtx
			http.Request.SetRequestURI("/redfish/v1/Systems/0197fd3e-7777-7777-8777-777777777777")
			http.Request.Header.Set(name, value)
			b.ReportAllocs()
			for b.Loop() {
				handler(&http)
				http.Response.Reset()
			}
		})
	}
}
