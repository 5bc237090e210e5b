package server

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Names of protocols in the TLS handshake (ALPN, RFC 7301).
const (
	protocolHTTP2 = "h2"
	protocolHTTP1 = "http/1.1"
)

// maxStreams is how many requests one connection may have at work at once. As many again, four times over, may wait
// that a client has taken back before they were begun; with more of those the connection is closed.
const maxStreams = 128

// headerRoom is how much longer than allowed headers may be, as a factor, for the refusal to be ours; of those longer
// still net/http says by itself that they are too long.
const headerRoom = 4

// h2server is the side of HTTP/2. fasthttp, which accepts all connections and shakes hands on them, speaks HTTP/1.1 only: a connection
// whose client has chosen h2 is handed to net/http, and its requests come back over the bridge.
type h2server struct {
	inner  *http.Server
	shaken chan net.Conn // connections on their way to inner
	over   chan struct{} // closed when inner takes no more
	once   sync.Once

	// requests is held by each while it is at work. One may outlive its connection, when its client has left.
	requests sync.RWMutex
}

func newH2server(s *Server) *h2server {
	h := &h2server{shaken: make(chan net.Conn), over: make(chan struct{})}
	h.inner = &http.Server{
		Handler:                      newBridge(s, h),
		MaxHeaderBytes:               headerRoom * int(s.Limits.HeaderLimit),
		IdleTimeout:                  s.Limits.IdleTimeout,
		DisableGeneralOptionsHandler: true,
		BaseContext:                  func(net.Listener) context.Context { return s.base },
		ConnContext:                  s.withMultiplexed,
		ErrorLog:                     slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: maxStreams,
			WriteByteTimeout:     s.Limits.WriteTimeout,
			// Who sends no frame for so long is asked for a sign of life: a client that never ends its headers cannot give it.
			SendPingTimeout: s.Limits.IdleTimeout,
			PingTimeout:     s.Limits.ReadTimeout,
			CountError:      func(kind string) { s.measures.http2.WithLabelValues(kind).Inc() },
		},
	}
	return h
}

// alpn returns the TLS configuration of a listener for both protocols. Ours is the order: HTTP/2 where the client offers it.
func alpn(shown *tls.Config) *tls.Config {
	both := shown.Clone()
	both.NextProtos = []string{protocolHTTP2, protocolHTTP1}
	return both
}

// serve is called by fasthttp with a connection whose client has chosen h2. It returns when the connection has ended, so that
// it counts as one of Limits.Connections, and the end of the server waits for it.
func (h *h2server) serve(c net.Conn) error {
	encrypted, ok := c.(*tls.Conn)
	if !ok {
		return nil
	}
	below, ok := encrypted.NetConn().(*conn)
	if !ok {
		return nil
	}
	select {
	case h.shaken <- c:
		<-below.ended
	case <-h.over:
	}
	return nil
}

// run serves what serve gets until the server is shut down.
func (h *h2server) run() { _ = h.inner.Serve(h) } // its only errors are the listener's, which is h

// shutdown tells clients to begin no more requests here (GOAWAY), and waits until their connections have ended.
func (h *h2server) shutdown(ctx context.Context) { _ = h.inner.Shutdown(ctx) } // ctx's error: the caller knows

// idle waits until no request is at work, or ctx ends.
func (h *h2server) idle(ctx context.Context) {
	none := make(chan struct{})
	go func() {
		h.requests.Lock() // no more after this: who comes late finds it locked
		close(none)
	}()
	select {
	case <-none:
	case <-ctx.Done():
	}
}

// Accept implements net.Listener for net/http.
func (h *h2server) Accept() (net.Conn, error) {
	select {
	case c := <-h.shaken:
		return c, nil
	case <-h.over:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (h *h2server) Close() error {
	h.once.Do(func() { close(h.over) })
	return nil
}

// Addr implements net.Listener.
func (*h2server) Addr() net.Addr { return &net.TCPAddr{} }

// close closes what is left.
func (h *h2server) close() { _ = h.inner.Close() }

// multiplexed is a connection that many requests share.
type multiplexed struct {
	*tls.Conn
	below  *conn
	bodies *semaphore.Weighted // bytes of bodies that its requests have in memory
}

// bodiesAtOnce bounds multiplexed.bodies, as a multiple of the largest body. Over HTTP/1.1 it is one.
const bodiesAtOnce = 4

// multiplexedKey finds a request's connection in its context.
type multiplexedKey struct{}

func (s *Server) withMultiplexed(ctx context.Context, c net.Conn) context.Context {
	encrypted := c.(*tls.Conn) // serve lets nothing else in
	return context.WithValue(ctx, multiplexedKey{}, &multiplexed{
		encrypted, encrypted.NetConn().(*conn), semaphore.NewWeighted(bodiesAtOnce * int64(s.Limits.BodyLimit)),
	})
}
