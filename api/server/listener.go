package server

import (
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/valyala/fasthttp"
	"golang.org/x/time/rate"
)

// listener knows its open connections.
type listener struct {
	net.Listener
	log  *slog.Logger
	mu   sync.Mutex
	open map[*conn]struct{}

	tls         bool  // its connections are to begin with a TLS handshake
	headerLimit int64 // in bytes
	most        int   // open connections; 0: fasthttp bounds them
	full        rate.Sometimes
}

func newListener(ln net.Listener, cfg *Config) *listener {
	l := &listener{
		Listener: ln, log: cfg.Log, open: map[*conn]struct{}{}, tls: cfg.TLS != nil, headerLimit: int64(cfg.Limits.HeaderLimit),
		full: rate.Sometimes{First: 1, Interval: time.Minute},
	}
	if l.tls {
		l.most = cfg.Limits.Connections
	}
	return l
}

// Accept waits when the process is out of file descriptors: fasthttp would give up for ever.
func (l *listener) Accept() (net.Conn, error) {
	pause := &backoff.ExponentialBackOff{InitialInterval: 5 * time.Millisecond, Multiplier: 2, MaxInterval: time.Second}
	pause.Reset()
	for {
		inner, err := l.Listener.Accept()
		switch {
		case err == nil:
			if c, room := l.enter(inner); room {
				return c, nil
			}
			continue
		case errors.Is(err, net.ErrClosed):
			return nil, err
		}
		wait := pause.NextBackOff()
		l.log.Warn("no connection can be accepted for now", "error", err, "wait", wait)
		time.Sleep(wait)
	}
}

// enter takes a connection in, unless there are too many. Below TLS that must be known before the handshake: fasthttp would
// accept no more until a client that it turns away has shaken hands, and forever when it does not.
func (l *listener) enter(inner net.Conn) (c *conn, room bool) {
	c = newConn(inner, l)
	l.mu.Lock()
	if room = l.most == 0 || len(l.open) < l.most; room {
		l.open[c] = struct{}{}
	}
	l.mu.Unlock()
	if !room {
		_ = inner.Close()
		l.full.Do(func() { l.log.Warn("connections are turned away: too many are open", "limit", l.most) })
	}
	return c, room
}

// closeAll closes the connections that are left.
func (l *listener) closeAll() {
	l.mu.Lock()
	left := make([]*conn, 0, len(l.open))
	for c := range l.open {
		left = append(left, c)
	}
	l.mu.Unlock()
	for _, c := range left {
		_ = c.Close() // the client sees it
	}
}

// conn is an accepted connection, below TLS.
type conn struct {
	*lazyConn
	of      *listener
	text    string // address and port of the client
	address address
	host    atomic.Pointer[string] // last seen
	linger  atomic.Bool
	ended   chan struct{} // closed with the connection
	sniff   bool          // nothing has been read, and what comes should be TLS; only the goroutine that serves the connection uses it
}

func newConn(inner net.Conn, of *listener) *conn {
	c := &conn{lazyConn: newLazyConn(inner), of: of, text: inner.RemoteAddr().String(), sniff: of.tls, ended: make(chan struct{})}
	if tcp, ok := inner.RemoteAddr().(*net.TCPAddr); ok {
		c.address = addressOf(tcp.AddrPort().Addr())
	}
	return c
}

// Bounds of what is read and thrown away of a request that was refused before it had been read.
const (
	lingerFor   = time.Second
	lingerBytes = 8 << 20
)

// Close closes the connection. With linger set it first reads what the client
// still sends: closing at once would reset the connection, and the client lose the answer.
func (c *conn) Close() error {
	c.of.mu.Lock()
	if _, open := c.of.open[c]; open {
		delete(c.of.open, c)
		close(c.ended)
	}
	c.of.mu.Unlock()
	if tcp, ok := c.Conn.(*net.TCPConn); ok && c.linger.Swap(false) {
		_ = tcp.CloseWrite()
		_ = tcp.SetReadDeadline(time.Now().Add(lingerFor))
		_, _ = io.CopyN(io.Discard, tcp, lingerBytes)
	}
	return c.Conn.Close()
}

// hostIn returns a request's Host. Requests on one connection mostly name the same one.
func (c *conn) hostIn(host []byte) string {
	if last := c.host.Load(); last != nil && *last == string(host) {
		return *last
	}
	named := string(host)
	c.host.Store(&named)
	return named
}

// connOf returns the connection of a request.
func connOf(http *fasthttp.RequestCtx) *conn {
	inner := http.Conn()
	switch c := inner.(type) {
	case *stream:
		return c.below
	case *tls.Conn:
		inner = c.NetConn()
	}
	if c, ok := inner.(*conn); ok {
		return c
	}
	return &conn{} // not from our listener: a handler called by a test
}
