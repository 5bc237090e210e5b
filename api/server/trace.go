package server

import (
	"net/http"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/internal/tracing"
)

// systemRoutes are the patterns that name a system.
const systemRoutes = "/redfish/v1/Systems/{id}"

// trace begins the request's span, named by its route: paths, of which there may be any number, are no names.
func (s *Server) trace(x *exchange, header *fasthttp.RequestHeader) {
	name := x.method
	if x.place != nil {
		name += " " + x.place.pattern
	}
	x.ctx, x.span = s.Tracer.Request(x.ctx, name, string(header.Peek(headerTraceparent)))
	x.req.Trace = tracing.ParentIn(x.ctx)
}

// traced ends the request's span.
func (s *Server) traced(x *exchange, reply redfish.Reply) {
	x.span.Set("http.request.method", x.method)
	x.span.SetInt("http.response.status_code", reply.Status)
	x.span.Set("hawkfish.request.id", x.req.ID)
	if x.place != nil {
		x.span.Set("http.route", x.place.pattern)
		if strings.HasPrefix(x.place.pattern, systemRoutes) {
			x.span.Set(tracing.SystemID, x.req.Var("id"))
		}
	}
	x.span.Set(tracing.TaskID, reply.Task)
	if reply.Status >= http.StatusInternalServerError {
		x.span.Fail(http.StatusText(reply.Status))
	}
	x.span.End(nil)
}
