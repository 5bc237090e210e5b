package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gofiber/fiber/v3"
	"github.com/valyala/fasthttp"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// recovered, deferred, turns a panic into a reply and a log line with the stack.
func (s *Server) recovered(x *exchange, reply *redfish.Reply) {
	if p := recover(); p != nil {
		err := fmt.Errorf("%s %s panicked: %v\n%s", x.method, x.req.Path, p, debug.Stack())
		s.report(x.ctx, err)
		*reply = redfish.Failure(err)
	}
}

// statusClientLeft is for counts and logs, to tell a client that did not wait from trouble of ours; nobody gets it. nginx calls it so, too.
const statusClientLeft = 499

// left reports whether the client of a request has taken it back or has gone, which only HTTP/2 tells.
func (s *Server) left(ctx context.Context) bool { return ctx.Err() != nil && s.base.Err() == nil }

// faults say in Redfish's words what fasthttp and fiber refuse; others are a GeneralError.
var faults = map[int]func() schemas.Message{
	http.StatusRequestEntityTooLarge: schemas.PayloadTooLarge,
	http.StatusNotImplemented:        schemas.OperationNotAllowed,
	http.StatusInternalServerError:   schemas.InternalError,
}

// unreadable answers what could not be read as a request: too large, too slow, or no HTTP.
// fasthttp closes the connection after it.
func (s *Server) unreadable(c fiber.Ctx, err error) error {
	status := http.StatusInternalServerError
	if e, ok := errors.AsType[*fiber.Error](err); ok {
		status = e.Code
	}
	if status == http.StatusBadGateway { // fiber's word for a connection that broke off: no gateway is behind us
		status = http.StatusBadRequest
	}
	conn := connOf(c.RequestCtx())
	conn.linger.Store(true)   // there may be more of it
	if conn.lazyConn != nil { // not one of a test
		// fasthttp leaves the deadline that the answer before had, which may be over. The answer would be lost then, and TLS with it.
		_ = conn.SetWriteDeadline(time.Now().Add(s.Limits.WriteTimeout))
	}
	s.refuseUnread(c.RequestCtx(), status)
	return nil
}

func (s *Server) refuseUnread(http *fasthttp.RequestCtx, status int) {
	x := &exchange{}
	s.begin(x, http)
	http.Response.Header.Del(fiber.HeaderAllow) // fiber's guess, which knows no resource
	x.started = time.Now()                      // fasthttp has not come to note when
	message := schemas.GeneralError
	if known, ok := faults[status]; ok {
		message = known
	}
	m := message()
	m.Status = status
	reply := redfish.Refuse(m)
	s.write(http, x, reply)
	s.finish(x, reply)
}

// known lets pass the methods that fiber knows; it would answer others with a plain text.
func (s *Server) known(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(http *fasthttp.RequestCtx) {
		dropTrailers(&http.Request.Header)
		if methods[string(http.Method())] == "" {
			s.refuseUnread(http, fasthttp.StatusNotImplemented)
			return
		}
		next(http)
	}
}
