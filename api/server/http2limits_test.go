package server

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
	"golang.org/x/net/http2"
)

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
	counted := `hawkfish_http2_errors_total{type="stream_PROTOCOL_ERROR_over_max_streams"} 1`
	assert.True(t, strings.Contains(r.do("GET", "/metrics", "").body, counted), counted)
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
	f, err := p.listen(isGoAway)
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
	_, err := p.listen(func(http2.Frame) bool { return false })
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
