package server

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// bridge brings requests from net/http, which speaks HTTP/2, to the handler, which is fasthttp's, and the replies back.
// What the handler decides is thus decided once, whatever the protocol.
type bridge struct {
	server    *Server
	over      *h2server
	handler   fasthttp.RequestHandler
	crossings sync.Pool
}

func newBridge(s *Server, over *h2server) *bridge {
	b := &bridge{server: s, over: over, handler: s.app.Server().Handler}
	b.crossings.New = func() any { return new(crossing) }
	return b
}

// crossing is one request and its reply as fasthttp has them. They are used again and again.
type crossing struct {
	http   fasthttp.RequestCtx
	stream stream
	text   []byte // the reply's header values, one after the other
}

// stream is what the handler sees as the connection of a request that shares one with others.
type stream struct {
	*multiplexed
	ctx     context.Context // ends when the client takes the request back, or leaves
	started time.Time
	body    []byte // the handler may keep it
}

// ServeHTTP implements http.Handler.
func (b *bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	over, _ := r.Context().Value(multiplexedKey{}).(*multiplexed)
	if over == nil || !b.over.requests.TryRLock() {
		panic(http.ErrAbortHandler) // resets the stream: too late to be served
	}
	defer b.over.requests.RUnlock()
	c := b.crossings.Get().(*crossing)
	c.stream = stream{multiplexed: over, ctx: r.Context()}
	c.http.Init2(&c.stream, nil, true)
	out := http.NewResponseController(w)
	status, leave := b.take(c, w, r, out)
	c.stream.started = time.Now()
	if status == 0 {
		b.handler(&c.http)
	} else {
		b.server.refuseUnread(&c.http, status)
	}
	leave()
	b.give(c, w, r, out)
	c.release()
	b.crossings.Put(c)
}

// release forgets a request, but keeps the buffers.
func (c *crossing) release() {
	c.http.Request.Reset()
	c.http.Response.Reset()
	c.http.ResetUserValues()
	c.stream = stream{}
}
