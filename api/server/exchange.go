package server

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/internal/logging"
	"github.com/projectbeskar/hawkfish/internal/tracing"
	"github.com/projectbeskar/hawkfish/schemas"
)

// exchange is one request and what is known of it so far.
type exchange struct {
	ctx      context.Context
	started  time.Time
	method   string
	from     address
	req      redfish.Request
	place    *place // nil: nothing is there
	endpoint *endpoint
	claimed  string // who they say they are, where a password comes along
	span     tracing.Span
}

// handle is fiber's handler for everything but the probes. There are no middlewares: five of
// them cost a third of the requests a second (measured), so what they would do is done here in order.
func (s *Server) handle(c fiber.Ctx) error {
	s.measures.inFlight.Inc()
	defer s.measures.inFlight.Dec()
	x := &exchange{ctx: s.base}
	reply := s.answer(x, c.RequestCtx())
	s.note(x, reply)
	if reply.Status >= http.StatusInternalServerError && s.left(x.ctx) {
		reply = redfish.Reply{Status: statusClientLeft}
	}
	s.write(c.RequestCtx(), x, reply)
	s.finish(x, reply)
	if s.Tracer != nil {
		s.traced(x, reply)
	}
	return nil
}

// begin copies what the exchange needs: fasthttp reuses its buffers.
func (s *Server) begin(x *exchange, http *fasthttp.RequestCtx) {
	header, uri := &http.Request.Header, http.URI()
	from := connOf(http)
	id := s.ids.of(header.Peek(headerRequestID))
	x.ctx, x.started = s.base, http.Time()
	over, shared := http.Conn().(*stream)
	if shared {
		x.ctx, x.started = over.ctx, over.started
	}
	x.ctx = logging.With(x.ctx, logging.RequestID, id)
	x.method, x.from = methods[string(header.Method())], from.address
	x.req.Method = x.method
	x.req.Path = strings.TrimSuffix(string(uri.PathOriginal()), "/")
	x.req.RawQuery = string(uri.QueryString())
	x.req.IfMatch = string(header.Peek(headerIfMatch))
	x.req.IfNoneMatch = string(header.Peek(headerIfNoneMatch))
	x.req.RemoteAddr = from.text
	x.req.Scheme = s.scheme()
	x.req.Host = from.hostIn(header.Host())
	x.req.ID = id
	if shared {
		x.req.Body = over.body
	} else if body := http.Request.Body(); len(body) > 0 {
		x.req.Body = bytes.Clone(body)
	}
}

// look finds out what the request is for.
func (s *Server) look(x *exchange, header *fasthttp.RequestHeader) {
	var values [maxVariables]string
	if x.place = s.routes.find(x.req.Path, &values); x.place != nil {
		x.place.fill(&x.req, &values)
		x.endpoint = x.place.endpoint(x.method)
	}
	if x.endpoint != nil && x.endpoint.waits {
		s.prefers(x, header)
	}
}

// prefers takes in what the client says of how it wants its answer. It waits no longer than the server runs.
func (s *Server) prefers(x *exchange, header *fasthttp.RequestHeader) {
	lines := header.PeekAll(headerPrefer)
	if len(lines) == 0 {
		return
	}
	x.req.Prefer = redfish.ParsePreference(string(bytes.Join(lines, []byte(","))))
	if x.req.Prefer != nil {
		x.req.Prefer.Hurry = s.draining
	}
}

func (s *Server) scheme() string {
	if s.TLS == nil {
		return "http"
	}
	return "https"
}

// answer decides what to reply. It never panics.
func (s *Server) answer(x *exchange, http *fasthttp.RequestCtx) (reply redfish.Reply) {
	defer s.recovered(x, &reply)
	s.begin(x, http)
	s.look(x, &http.Request.Header)
	if s.Tracer != nil {
		s.trace(x, &http.Request.Header)
	}
	if wait := s.addresses.take(x.from, x.started); wait > 0 {
		return tooMany(wait)
	}
	if !versionFits(http.Request.Header.Peek(headerODataVersion)) {
		return redfish.Refuse(otherVersion())
	}
	if s.origins.crossSite(&http.Request.Header, x.method) {
		return redfish.Refuse(schemas.InsufficientPrivilege())
	}
	caller, err := s.caller(x, &http.Request.Header)
	if err != nil {
		return s.refuse(x, err)
	}
	if caller != nil {
		if wait := s.users.take(caller.Actor.AccountID, x.started); wait > 0 {
			return tooMany(wait)
		}
	}
	x.req.Caller = caller
	switch {
	case x.place == nil:
		return redfish.NotFound(&x.req)
	case x.endpoint == nil:
		return redfish.MethodNotAllowed(x.place.allow)
	case x.endpoint.login:
		return s.login(x)
	}
	return x.endpoint.serve(x.ctx, &x.req, s.report)
}

// login serves an operation that checks a password itself, as guarded as Basic authentication is.
func (s *Server) login(x *exchange) redfish.Reply {
	x.claimed = userNameIn(x.req.Body)
	end, err := s.Auth.Attempt(x.ctx, x.claimed, x.from.Addr)
	if err != nil {
		return s.refuse(x, err)
	}
	reply := x.endpoint.serve(x.ctx, &x.req, s.report)
	end(reply.Status != http.StatusUnauthorized && reply.Status != http.StatusForbidden)
	return reply
}

// report logs what is the service's own trouble, with its cause.
func (s *Server) report(ctx context.Context, err error) {
	switch {
	case s.left(ctx):
		s.Log.DebugContext(ctx, "client left before its request was served", "error", err)
		return
	case hawkfish.KindOf(err) == hawkfish.Unavailable:
		s.Log.WarnContext(ctx, "dependency does not answer", "error", err)
		return
	}
	s.Log.ErrorContext(ctx, "request failed", "error", err)
}
