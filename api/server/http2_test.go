package server

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"golang.org/x/net/http2"
)

// Clients get what they choose, and HTTP/1.1 when they do not know how to.
func TestTheHandshakeChoosesTheProtocol(t *testing.T) {
	t.Parallel()
	both, only := start(t), start(t, func(cfg *Config) { cfg.HTTP2 = false })
	for _, tt := range []struct {
		r      *running
		offers []string
		want   string
	}{
		{both, []string{"h2", "http/1.1"}, "h2"},
		{both, []string{"http/1.1", "h2"}, "h2"},
		{both, []string{"http/1.1"}, "http/1.1"},
		{both, nil, ""},
		{only, []string{"h2", "http/1.1"}, "http/1.1"},
		{only, nil, ""},
	} {
		conn, err := tls.Dial("tcp", tt.r.addr, &tls.Config{InsecureSkipVerify: true, NextProtos: tt.offers})
		require.NoError(t, err)
		assert.Equal(t, tt.want, conn.ConnectionState().NegotiatedProtocol, "%v", tt.offers)
		if tt.want != "h2" {
			_, err = io.WriteString(conn, "GET /redfish HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			require.NoError(t, err)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			assert.Equal(t, 200, resp.StatusCode)
			_ = resp.Body.Close()
		}
		_ = conn.Close()
	}
	_, err := speaking(t, protocolHTTP2).Get(only.url + "/redfish")
	require.Error(t, err)
}

// Without encryption nobody speaks HTTP/2, and on the encrypted port it does not begin without.
func TestHTTP2NeedsTLS(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]*running{"501": start(t, plain), "400": start(t)} {
		c, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		_, err = io.WriteString(c, http2.ClientPreface)
		require.NoError(t, err)
		first, err := bufio.NewReader(c).ReadString('\n')
		require.NoError(t, err)
		assert.Contains(t, first, "HTTP/1.1 "+want)
		_ = c.Close()
	}
}

// The name in :authority goes before one in a line of its own.
func TestAuthorityGoesBeforeHost(t *testing.T) {
	t.Parallel()
	hosts := make(chan string, 1)
	p := meet(t, handling(t, func(http *fasthttp.RequestCtx) { hosts <- string(http.Host()) }))
	p.ask(1, true, "GET", "/", "host", "evil.example.org")
	assert.Equal(t, "x", <-hosts)
}

// When the server is to end, clients are told (GOAWAY), requests at work are answered, and idle connections hold up nobody.
func TestTheEndWaitsForStreams(t *testing.T) {
	t.Parallel()
	r := start(t)
	p, idle := meet(t, r.addr), meet(t, r.addr)
	idle.ask(1, true, "GET", "/redfish")
	_, err := idle.until(answered)
	require.NoError(t, err)
	p.ask(1, true, "GET", "/redfish/v1/Held")
	<-r.held // the request is at work
	r.stop()
	_, err = p.until(isGoAway)
	require.NoError(t, err)
	_, err = idle.until(isGoAway)
	require.NoError(t, err)
	r.held <- struct{}{}
	f, err := p.until(answered)
	require.NoError(t, err)
	assert.Equal(t, "200", status(f))
	require.NoError(t, <-r.ended)
	close(r.ended)
}

func TestTheEndDoesNotWaitForStreamsForEver(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *Config) { cfg.Limits.DrainTimeout = 50 * time.Millisecond })
	p := meet(t, r.addr)
	p.ask(1, true, "GET", "/redfish/v1/Held")
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

// A client that takes its request back, or leaves, ends the work for it, and that is nobody's failure.
func TestWorkEndsWhenTheClientLeaves(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(p *peer){
		"reset":  func(p *peer) { _ = p.WriteRSTStream(1, http2.ErrCodeCancel) },
		"closed": func(p *peer) { _ = p.conn.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			p := meet(t, r.addr)
			p.ask(1, true, "GET", "/redfish/v1/Held")
			<-r.held
			leave(p)
			require.Eventually(t, func() bool {
				return strings.Contains(r.do("GET", "/metrics", "").body, `route="/redfish/v1/Held",status="499"} 1`)
			}, 5*time.Second, 10*time.Millisecond)
			assert.NotContains(t, r.log.String(), `"level":"ERROR"`)
		})
	}
}
