package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/projectbeskar/hawkfish/internal/metrics"
)

// peer speaks HTTP/2 frame by frame, so that it can do what no honest client does.
type peer struct {
	*http2.Framer
	t     testing.TB
	conn  *tls.Conn
	block strings.Builder
	hpack *hpack.Encoder
}

// meet shakes hands and exchanges settings. What is read takes ten seconds at most.
func meet(t testing.TB, addr string, settings ...http2.Setting) *peer {
	t.Helper()
	conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protocolHTTP2}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.Equal(t, protocolHTTP2, conn.ConnectionState().NegotiatedProtocol)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	p := &peer{Framer: http2.NewFramer(conn, conn), t: t, conn: conn}
	p.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	p.hpack = hpack.NewEncoder(&p.block)
	_, err = io.WriteString(conn, http2.ClientPreface)
	require.NoError(t, err)
	require.NoError(t, p.WriteSettings(settings...))
	return p
}

// encoded returns the header block of a request; extra are names and values in turn.
func (p *peer) encoded(method, path string, extra ...string) []byte {
	p.block.Reset()
	lines := append([]string{":method", method, ":scheme", "https", ":authority", "x", ":path", path}, extra...)
	for i := 0; i < len(lines); i += 2 {
		require.NoError(p.t, p.hpack.WriteField(hpack.HeaderField{Name: lines[i], Value: lines[i+1]}))
	}
	return []byte(p.block.String())
}

func (p *peer) ask(stream uint32, end bool, method, path string, extra ...string) {
	p.t.Helper()
	require.NoError(p.t, p.WriteHeaders(http2.HeadersFrameParam{
		StreamID: stream, BlockFragment: p.encoded(method, path, extra...), EndHeaders: true, EndStream: end,
	}))
}

// until reads frames until one fits. It acknowledges settings and pings. The error is the connection's.
func (p *peer) until(fits func(http2.Frame) bool) (http2.Frame, error) {
	for {
		f, err := p.ReadFrame()
		if err != nil {
			return nil, err
		}
		if fits(f) {
			return f, nil
		}
		switch f := f.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = p.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				_ = p.WritePing(true, f.Data)
			}
		}
	}
}

// ended is of a connection that the server has closed, in whichever way.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func status(f http2.Frame) string {
	if h, ok := f.(*http2.MetaHeadersFrame); ok {
		return h.PseudoValue("status")
	}
	return ""
}

func answered(f http2.Frame) bool { return status(f) != "" }

func isGoAway(f http2.Frame) bool { _, ok := f.(*http2.GoAwayFrame); return ok }

func isReset(f http2.Frame) bool { _, ok := f.(*http2.RSTStreamFrame); return ok }

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

// Slow clients are cut off over HTTP/2 as they are over HTTP/1.1.
func TestSlowStreamsAreCutOff(t *testing.T) {
	t.Parallel()
	hasty := func(cfg *Config) {
		cfg.Limits.ReadTimeout = 300 * time.Millisecond
		cfg.Limits.WriteTimeout = 300 * time.Millisecond
		cfg.Limits.IdleTimeout = 300 * time.Millisecond
	}
	for name, test := range map[string]func(t *testing.T, addr string){
		"a body without end": func(t *testing.T, addr string) {
			p := meet(t, addr)
			p.ask(1, false, "POST", "/redfish/v1/SessionService/Sessions", "content-length", "1000")
			f, err := p.until(answered)
			require.NoError(t, err)
			assert.Equal(t, "408", status(f))
		},
		"a body that is not sent": func(t *testing.T, addr string) {
			p := meet(t, addr)
			p.ask(1, false, "POST", "/redfish/v1/SessionService/Sessions")
			f, err := p.until(answered)
			require.NoError(t, err)
			assert.Equal(t, "408", status(f))
		},
		"headers without end": func(t *testing.T, addr string) {
			p := meet(t, addr)
			require.NoError(t, p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.encoded("GET", "/")}))
			_, err := p.until(func(http2.Frame) bool { return false })
			assert.True(t, ended(err), "%v", err)
		},
		"headers without end, while another request is at work": func(t *testing.T, addr string) {
			p := meet(t, addr)
			p.ask(1, true, "GET", "/redfish/v1/Held")
			require.NoError(t, p.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: p.encoded("GET", "/")}))
			_, err := p.until(func(http2.Frame) bool { return false })
			assert.True(t, ended(err), "%v", err)
		},
		"idle after a request": func(t *testing.T, addr string) {
			p := meet(t, addr)
			p.ask(1, true, "GET", "/redfish")
			_, err := p.until(isGoAway)
			require.NoError(t, err)
			_, err = p.until(func(http2.Frame) bool { return false })
			assert.True(t, ended(err), "%v", err)
		},
		"an answer that is not taken": func(t *testing.T, addr string) {
			p := meet(t, addr, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
			p.ask(1, true, "GET", "/redfish")
			_, err := p.until(isReset)
			require.NoError(t, err)
		},
		"answers that are not even received": func(t *testing.T, addr string) {
			p := meet(t, addr, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 30})
			require.NoError(t, p.WriteWindowUpdate(0, 1<<30))
			for i := range uint32(maxStreams) {
				p.ask(1+2*i, true, "GET", "/redfish/v1/Systems", "authorization", strings.TrimPrefix(asAdmin, "Authorization: "))
			}
			require.NoError(t, p.conn.SetWriteDeadline(time.Now().Add(10*time.Second)))
			require.Eventually(t, func() bool { // writing fails when the server has closed
				return p.WritePing(false, [8]byte{}) != nil
			}, 8*time.Second, 20*time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t, hasty)
			go func() {
				for range r.held { // whoever holds, lets go at the end
				}
			}()
			began := time.Now()
			test(t, r.addr)
			assert.Less(t, time.Since(began), 8*time.Second)
		})
	}
}

// Connections of both protocols count together.
func TestConnectionsOfBothProtocolsAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *Config) { cfg.Limits.Connections = 2 })
	first := meet(t, r.addr)
	first.ask(1, true, "GET", "/redfish")
	_, err := first.until(answered)
	require.NoError(t, err)
	silent, err := net.Dial("tcp", r.addr) // does not even begin the handshake
	require.NoError(t, err)
	defer silent.Close()
	for range 3 { // the ones too many are turned away at once, and keep nobody from being accepted
		c, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		require.NoError(t, c.SetReadDeadline(time.Now().Add(5*time.Second)))
		_, err = c.Read(make([]byte, 1))
		assert.True(t, ended(err), "%v", err)
		_ = c.Close()
	}
	_ = silent.Close()
	require.Eventually(t, func() bool { // there is room again
		resp, err := speaking(t, protocolHTTP1).Get(r.url + "/redfish")
		if err == nil {
			_ = resp.Body.Close()
		}
		return err == nil
	}, 5*time.Second, 10*time.Millisecond)
}

// Streams are bounded: the server says how many, and refuses more.
func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *Config) { cfg.Limits.DrainTimeout = 50 * time.Millisecond })
	p := meet(t, r.addr)
	f, err := p.until(func(f http2.Frame) bool { s, ok := f.(*http2.SettingsFrame); return ok && !s.IsAck() })
	require.NoError(t, err)
	most, ok := f.(*http2.SettingsFrame).Value(http2.SettingMaxConcurrentStreams)
	assert.True(t, ok)
	assert.EqualValues(t, maxStreams, most)
	require.NoError(t, p.WriteSettingsAck())
	for i := range uint32(maxStreams + 1) {
		p.ask(1+2*i, true, "GET", "/redfish/v1/Held")
	}
	reset, err := p.until(isReset)
	require.NoError(t, err)
	assert.EqualValues(t, 1+2*maxStreams, reset.Header().StreamID)
}

// Rapid reset (CVE-2023-44487): requests that are taken back at once do not pile up. The connection is closed, and others are served.
func TestRapidResetIsStopped(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	addr := handling(t, func(http *fasthttp.RequestCtx) {
		if string(http.Path()) == "/slow" {
			<-done // it does not notice that nobody wants it
		}
	})
	defer close(done)
	p := meet(t, addr)
	go func() {
		for i := range uint32(100_000) {
			if p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1 + 2*i, BlockFragment: p.encoded("GET", "/slow"), EndHeaders: true, EndStream: true}) != nil ||
				p.WriteRSTStream(1+2*i, http2.ErrCodeCancel) != nil {
				return
			}
		}
	}()
	f, err := p.until(isGoAway)
	if err == nil {
		assert.Equal(t, http2.ErrCodeEnhanceYourCalm, f.(*http2.GoAwayFrame).ErrCode)
	} else {
		assert.True(t, ended(err), "%v", err)
	}
	resp, err := speaking(t, protocolHTTP2).Get("https://" + addr)
	require.NoError(t, err)
	_ = resp.Body.Close()
}

// CONTINUATION flood (CVE-2023-45288): headers that do not end are not read for ever.
func TestContinuationFloodIsStopped(t *testing.T) {
	t.Parallel()
	r := start(t)
	p := meet(t, r.addr)
	sent := make(chan int, 1)
	go func() {
		n := 0
		err := p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: p.encoded("GET", "/")})
		for more := p.encoded("GET", "/", "x-much", strings.Repeat("x", 8<<10)); err == nil && n < 64<<20; n += len(more) {
			err = p.WriteContinuation(1, false, more)
		}
		sent <- n
	}()
	_, err := p.until(func(http2.Frame) bool { return false })
	assert.True(t, ended(err), "%v", err)
	assert.Less(t, <-sent, 64<<20)
	assert.Equal(t, 200, r.do("GET", "/redfish", "").StatusCode)
}

// Bodies of one connection wait for room, and no client gets more than its share of memory.
func TestBodiesOfOneConnectionAreBounded(t *testing.T) {
	t.Parallel()
	r := start(t, func(cfg *Config) { cfg.Limits.ReadTimeout = 500 * time.Millisecond })
	p := meet(t, r.addr)
	for i := range uint32(bodiesAtOnce + 1) {
		p.ask(1+2*i, false, "POST", "/redfish/v1/SessionService/Sessions") // as large as can be, for all that is known
	}
	got := map[string]int{}
	for range bodiesAtOnce + 1 {
		f, err := p.until(answered)
		require.NoError(t, err)
		got[status(f)]++
	}
	assert.Equal(t, bodiesAtOnce+1, got["408"]+got["429"])
	assert.GreaterOrEqual(t, got["408"], bodiesAtOnce)
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

// handling is a server with another handler behind the bridge.
func handling(t *testing.T, handler fasthttp.RequestHandler) (addr string) {
	t.Helper()
	cfg := start(t).Config
	cfg.Metrics = metrics.New()
	s := New(cfg)
	s.http2.inner.Handler.(*bridge).handler = handler
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	serving.Go(func() { assert.NoError(t, s.Serve(ctx, ln)) })
	t.Cleanup(func() { cancel(); serving.Wait() })
	return ln.Addr().String()
}

// flowing is a server whose handler writes a reply bit by bit.
func flowing(t *testing.T, write func(w *bufio.Writer)) (url string) {
	t.Helper()
	return "https://" + handling(t, func(http *fasthttp.RequestCtx) { http.SetBodyStreamWriter(write) })
}

// Each bit of a flowing reply goes out when it is written, and who writes it learns when the client has left.
func TestRepliesFlow(t *testing.T) {
	t.Parallel()
	next, left := make(chan struct{}), make(chan error, 1)
	url := flowing(t, func(w *bufio.Writer) {
		for i := 0; ; i++ {
			if _, err := fmt.Fprintf(w, "bit %d\n", i); err != nil {
				left <- err
				return
			}
			if err := w.Flush(); err != nil {
				left <- err
				return
			}
			<-next
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	resp, err := speaking(t, protocolHTTP2).Do(req)
	require.NoError(t, err)
	in := bufio.NewReader(resp.Body)
	for i := range 5 {
		line, err := in.ReadString('\n') // it is here before the next is written
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("bit %d\n", i), line)
		if i < 4 {
			next <- struct{}{}
		}
	}
	cancel()
	_ = resp.Body.Close()
	for {
		select {
		case next <- struct{}{}:
		case err := <-left:
			require.Error(t, err)
			return
		case <-time.After(10 * time.Second):
			t.Fatal("the writer has not noticed")
		}
	}
}

// A reply that has an end ends, with every byte.
func TestFlowingRepliesEnd(t *testing.T) {
	t.Parallel()
	whole := strings.Repeat("HawkFish ", 50_000)
	url := flowing(t, func(w *bufio.Writer) { _, _ = w.WriteString(whole) })
	resp, err := speaking(t, protocolHTTP2).Get(url)
	require.NoError(t, err)
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	_ = resp.Body.Close()
	assert.Equal(t, whole, string(got))
}
