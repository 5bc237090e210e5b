package server

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/internal/metrics"
)

// CLIENTS: ilorest opens a connection and leaves it idle; others must not wait for it.
func TestIdleConnectionsHoldUpNobody(t *testing.T) {
	t.Parallel()
	r := start(t)
	for range 20 {
		idle, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		defer idle.Close()
	}
	began := time.Now()
	assert.Equal(t, 200, r.do("GET", "/redfish/v1/", "").StatusCode)
	assert.Less(t, time.Since(began), 5*time.Second)
}

// Slow clients are cut off: in the handshake, in the headers, in the body, and between requests.
func TestSlowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	hasty := func(cfg *Config) {
		cfg.Limits.ReadTimeout = 300 * time.Millisecond
		cfg.Limits.IdleTimeout = 300 * time.Millisecond
	}
	encrypted, open := start(t, hasty), start(t, hasty, plain)
	drip := func(c net.Conn, text string) { // one byte each 50 ms: never silent for long
		for i := range len(text) {
			if _, err := c.Write([]byte{text[i]}); err != nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	for _, tt := range []struct {
		name string
		addr string
		send func(c net.Conn)
		want string
	}{
		{"no handshake", encrypted.addr, func(net.Conn) {}, ""},
		{"half a handshake", encrypted.addr, func(c net.Conn) { _, _ = c.Write([]byte{22, 3, 1}) }, ""},
		{"nothing", open.addr, func(net.Conn) {}, "408"},
		{"headers without end", open.addr, func(c net.Conn) { drip(c, "GET / HTTP/1.1\r\nHost: x\r\n"+strings.Repeat("A: b\r\n", 100)) }, "408"},
		{"body without end", open.addr, func(c net.Conn) {
			drip(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"+strings.Repeat("x", 100))
		}, "408"},
		{"idle after a request", open.addr, func(c net.Conn) { _, _ = io.WriteString(c, "GET /redfish HTTP/1.1\r\nHost: x\r\n\r\n") }, "200"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", tt.addr)
			require.NoError(t, err)
			defer c.Close()
			require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Second)))
			began := time.Now()
			go tt.send(c)
			got, err := io.ReadAll(c) // until the server closes
			if err != nil {
				require.ErrorIs(t, err, syscall.ECONNRESET)
			}
			assert.Less(t, time.Since(began), 5*time.Second)
			if tt.want != "" {
				assert.Contains(t, string(got), "HTTP/1.1 "+tt.want)
			}
		})
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, plain, func(cfg *Config) { cfg.Limits.Connections = 2 })
	var first []net.Conn
	for range 2 {
		c, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		defer c.Close()
		_, err = io.WriteString(c, "GET /redfish HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		_ = resp.Body.Close()
		first = append(first, c)
	}
	third, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	defer third.Close()
	resp, err := http.ReadResponse(bufio.NewReader(third), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
	assert.Len(t, first, 2)
}

func TestStrangeRequestsGetRedfishErrors(t *testing.T) {
	t.Parallel()
	r := start(t, plain)
	for text, status := range map[string]int{
		"GET /redfish\r\n\r\n":                        400,
		"\x16\x03\x01\x00\xf4\x01\x00\r\n\r\n":        400, // TLS on the plain port
		"GET /redfish HTTP/1.1\r\nHost x\r\n\r\n":     400,
		"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n": 400,
		"POST /redfish/v1/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n" + strings.Repeat("x", 0x200000): 413,
	} {
		c, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		go func() { _, _ = io.WriteString(c, text) }()
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err, "%.40q", text)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, status, resp.StatusCode, "%.40q", text)
		assert.Contains(t, string(body), `"@Message.ExtendedInfo"`, "%.40q", text)
		assert.Equal(t, "4.0", resp.Header.Get("OData-Version"))
		_ = c.Close()
	}
	assert.Equal(t, 200, r.do("GET", "/redfish", "").StatusCode)
}

// What is refused unread is answered, too, on a connection whose last answer was long ago.
func TestRefusalsAfterAPause(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *Config) { cfg.Limits.WriteTimeout = 100 * time.Millisecond })
	c, err := tls.Dial("tcp", r.addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	require.NoError(t, err)
	defer c.Close()
	read := bufio.NewReader(c)
	ask := func(request string) int {
		_, err := io.WriteString(c, request+"\r\n\r\n")
		require.NoError(t, err)
		resp, err := http.ReadResponse(read, nil)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		return resp.StatusCode
	}
	assert.Equal(t, 200, ask("GET /redfish HTTP/1.1\r\nHost: x"))
	<-time.After(3 * 100 * time.Millisecond) // the deadline of that answer is over
	assert.Equal(t, 431, ask("GET /redfish HTTP/1.1\r\nHost: x\r\nX-Long: "+strings.Repeat("x", 20<<10)))
}

func TestTheEndWaitsForRequests(t *testing.T) {
	t.Parallel()
	r := start(t)
	got := make(chan reply, 1)
	go func() { got <- r.do("GET", "/redfish/v1/Held", "") }()
	<-r.held // the request is at work
	r.stop()
	require.Eventually(t, func() bool { // no new ones
		c, err := net.Dial("tcp", r.addr)
		if err == nil {
			_ = c.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	}, 5*time.Second, time.Millisecond)
	r.held <- struct{}{}
	assert.Contains(t, (<-got).body, "held")
	require.NoError(t, <-r.ended)
	close(r.ended)
}

func TestTheEndDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *Config) { cfg.Limits.DrainTimeout = 50 * time.Millisecond })
	go func() { _, _ = r.client.Get(r.url + "/redfish/v1/Held") }()
	<-r.held
	r.stop()
	select {
	case err := <-r.ended:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("still waiting")
	}
	close(r.ended)
}

func TestRatesAreLimited(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]option{
		"address": func(cfg *Config) { cfg.Limits.AddressRate = 3 },
		"user":    func(cfg *Config) { cfg.Limits.UserRate = 3 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, limit)
			counts := map[int]int{}
			for range 10 {
				got := r.do("GET", "/redfish/v1/Systems/a", "", asAdmin)
				counts[got.StatusCode]++
				if got.StatusCode == http.StatusTooManyRequests {
					assert.Equal(t, "1", got.Header.Get("Retry-After"))
					assert.Equal(t, "ServiceTemporarilyUnavailable", got.message(t))
				}
			}
			assert.GreaterOrEqual(t, counts[200], 3)
			assert.Positive(t, counts[429])
			assert.Equal(t, 200, r.do("GET", "/healthz", "").StatusCode, "probes are not limited")
		})
	}
}

func TestGuessingOverTheNetwork(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *Config) { cfg.Limits.LoginFailures, cfg.Limits.LoginRecovery = 3, 90*time.Second })
	const sessions = "/redfish/v1/SessionService/Sessions"
	for range 3 {
		assert.Equal(t, 401, r.do("POST", sessions, `{"UserName":"admin","Password":"wrong"}`).StatusCode)
	}
	got := r.do("POST", sessions, `{"UserName":"admin","Password":"right"}`)
	assert.Equal(t, 429, got.StatusCode)
	assert.Equal(t, "90", got.Header.Get("Retry-After"))
	assert.Equal(t, 429, r.do("GET", "/redfish/v1/Systems/a", "", asAdmin).StatusCode, "Basic counts alike")
	assert.Equal(t, 200, r.do("GET", "/redfish/v1/Systems/a", "", asReader).StatusCode)
	assert.Equal(t, 200, r.do("GET", "/redfish/v1/Systems/a", "", withToken).StatusCode)
}

// crowded is a listener whose process is out of file descriptors for a while.
type crowded struct {
	net.Listener
	left atomic.Int32
}

func (c *crowded) Accept() (net.Conn, error) {
	if c.left.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return c.Listener.Accept()
}

func TestAcceptOutlivesTheLackOfDescriptors(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	poor := &crowded{Listener: inner}
	poor.left.Store(3)
	ln := newListener(poor, &Config{Log: slog.New(slog.DiscardHandler)})
	go func() {
		if c, err := net.Dial("tcp", inner.Addr().String()); err == nil {
			defer c.Close()
		}
	}()
	c, err := ln.Accept()
	require.NoError(t, err)
	ln.closeAll()
	assert.Empty(t, ln.open)
	_, err = c.Read(make([]byte, 1))
	require.Error(t, err)
	require.NoError(t, inner.Close())
	_, err = ln.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	_, err := tls.Dial("tcp", r.addr, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11})
	require.Error(t, err)
}

func TestListenSaysWhyNot(t *testing.T) {
	t.Parallel()
	r := start(t)
	cfg := r.Config
	cfg.Metrics = metrics.New()
	err := New(cfg).Listen(t.Context(), r.addr)
	require.ErrorIs(t, err, syscall.EADDRINUSE)
}

// Who speaks plain HTTP to the TLS port is sent to https, whatever the method; nothing else is done.
func TestPlainRequestsAreSentToHTTPS(t *testing.T) {
	t.Parallel()
	r := start(t)
	for text, want := range map[string]string{
		"GET /redfish/v1/Systems?$top=1 HTTP/1.1\r\nHost: bmc.example:8443\r\n\r\n":                                                        "308 https://bmc.example:8443/redfish/v1/Systems?$top=1",
		"POST /redfish/v1/SessionService/Sessions HTTP/1.1\r\nHost: [::1]:443\r\nContent-Length: 5000\r\n\r\n" + strings.Repeat("x", 5000): "308 https://[::1]:443/redfish/v1/SessionService/Sessions",
		"GET /a%2fb HTTP/1.1\r\nHost: x\r\n\r\n":                                                                                           "308 https://x/a%2fb",
		"GET / HTTP/1.1\r\nHost: x/evil\r\n\r\n":                                                                                           "400 ",
		"GET / HTTP/1.0\r\n\r\n":                                                                                                           "400 ",
		"no HTTP at all\r\n\r\n":                                                                                                           "",
		"GET / HTTP/1.1\r\nA: " + strings.Repeat("x", 64<<10) + "\r\n\r\n":                                                                 "",
	} {
		c, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		go func() { _, _ = io.WriteString(c, text) }()
		got := ""
		if resp, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
			got = strings.TrimSuffix(resp.Status[:3], " ") + " " + resp.Header.Get("Location")
		}
		assert.Equal(t, want, got, "%.60q", text)
		_ = c.Close()
	}
	assert.Equal(t, 200, r.do("GET", "/redfish", "").StatusCode)
}
