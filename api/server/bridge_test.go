package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// onBridge returns the bridge of a server, and a context as that of a request that comes over it.
func onBridge(t testing.TB, r *running) (*bridge, context.Context) {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	ln := newListener(&net.TCPListener{}, &r.Config)
	below, room := ln.enter(ours)
	require.True(t, room)
	return r.http2.inner.Handler.(*bridge), r.withMultiplexed(t.Context(), tls.Server(below, r.TLS))
}

// Whatever comes over the bridge is answered as it would be without, and nothing of the request becomes a line of the reply.
func FuzzBridge(f *testing.F) {
	r := start(f, func(cfg *Config) { unlimited(cfg) })
	r.do("GET", "/redfish", "") // fiber writes its routes down once more when it begins to serve
	over, ctx := onBridge(f, r)
	direct := r.app.Server().Handler
	for _, seed := range [][4]string{
		{"GET", "/redfish/v1/Systems/a", "Authorization", "Basic YWRtaW46cmlnaHQ="},
		{"GET", "/redfish/v1/%25zz/%2F", "X-Request-Id", "a\tb"},
		{"HEAD", "//..//%00", "Accept-Encoding", "gzip;q=,gzip;q=1;x"},
		{"DELETE", "/redfish/v1/Systems/", "Origin", "https://[::1"},
		{"OPTIONS", "*", "Connection", "close"},
		{"CONNECT", "", "Transfer-Encoding", "chunked"},
		{"GET", "/redfish/v1/Systems", "Cookie", "a=b;;=; c"},
		{"FROB", "/?#", "Trailer", "X-Auth-Token"},
		{"GET", "/healthz", "Expect", "x"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, path, name, value string) {
		name = http.CanonicalHeaderKey(name)
		if strings.ContainsAny(name+value+method+path, "\r\n\x00") || name == "" || told[name] || method == "" {
			t.Skip("net/http lets none of these in")
		}
		req := (&http.Request{
			Method: method, RequestURI: path, Host: "x", Header: http.Header{name: {value}, "X-Request-Id": {"the-same"}},
			Proto: "HTTP/2.0", ProtoMajor: 2, Body: http.NoBody,
		}).WithContext(ctx)
		got := httptest.NewRecorder()
		over.ServeHTTP(got, req)

		var http fasthttp.RequestCtx
		http.Request.Header.SetMethod(method)
		http.Request.Header.SetRequestURI(path)
		http.Request.Header.SetHost("x")
		for name, values := range req.Header {
			http.Request.Header.AddBytesKV([]byte(name), []byte(values[0]))
		}
		direct(&http)
		var want fasthttp.Response
		want.SkipBody = method == "HEAD"
		require.NoError(t, want.Read(bufio.NewReader(strings.NewReader(http.Response.String()))))
		if got.Code == fasthttp.StatusRequestHeaderFieldsTooLarge {
			return // the other handler has not read them
		}
		assert.Equal(t, want.StatusCode(), got.Code)
		if path != "/metrics" && !strings.Contains(got.Body.String(), `"Remote"`) {
			assert.Equal(t, string(want.Body()), got.Body.String())
		}
		for name, values := range got.Header() {
			for _, value := range values {
				assert.NotContains(t, name+value, "\n")
			}
		}
		assert.Empty(t, got.Header().Get("Set-Cookie"))
	})
}

// discarded is a net/http reply that nobody reads.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header       { return d.header }
func (discarded) Write(b []byte) (int, error) { return len(b), nil }
func (discarded) WriteHeader(int)             {}

// BenchmarkBridge is BenchmarkHandle over the bridge: what is more is the bridge's.
func BenchmarkBridge(b *testing.B) {
	r := start(b, func(cfg *Config) {
		unlimited(cfg)
		cfg.Service = redfish.NewService(ready())
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	})
	r.do("GET", "/redfish", "")
	over, ctx := onBridge(b, r)
	name, value, _ := strings.Cut(withToken, ": ")
	req := (&http.Request{
		Method: http.MethodGet, RequestURI: "/redfish/v1/Systems/0197fd3e-7777-7777-8777-777777777777", Host: "x",
		Header: http.Header{name: {value}, "User-Agent": {"bench"}, "Accept": {"*/*"}}, Body: http.NoBody,
	}).WithContext(ctx)
	b.ReportAllocs()
	for b.Loop() {
		over.ServeHTTP(discarded{http.Header{}}, req)
	}
}
