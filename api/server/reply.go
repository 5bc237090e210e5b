package server

import (
	"strings"

	"github.com/gofiber/utils/v2"
	"github.com/valyala/fasthttp"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// always are the lines that every reply has unless it brings its own.
var always = redfish.Header{
	{Name: "OData-Version", Value: "4.0"}, // DSP0266, "Response headers"
	{Name: "Cache-Control", Value: "no-cache"},
	{Name: "X-Content-Type-Options", Value: "nosniff"},
}

// secret is for replies that hold a token.
const secret = "no-store"

// gzipFrom is the shortest body that is compressed, in bytes. Below it, compressing costs more than the
// network: a single resource goes out as the kit has rendered it.
const gzipFrom = 8 << 10

// write puts a reply onto the wire. Bodies are not copied.
func (s *Server) write(http *fasthttp.RequestCtx, x *exchange, reply redfish.Reply) {
	out := &http.Response
	header := &out.Header
	out.SetStatusCode(reply.Status)
	for _, line := range always {
		set(header, line)
	}
	set(header, redfish.Field{Name: headerRequestID, Value: x.req.ID})
	if reply.ETag != "" {
		set(header, redfish.Field{Name: "ETag", Value: reply.ETag})
	}
	challenges := reply.Status != fasthttp.StatusUnauthorized || s.Auth.Challenges(x.ctx)
	for _, line := range reply.Header {
		if line.Name == headerChallenge && !challenges {
			continue
		}
		set(header, line)
		if line.Name == headerAuthToken {
			set(header, redfish.Field{Name: "Cache-Control", Value: secret})
		}
	}
	if reply.Body == nil {
		if reply.Status == fasthttp.StatusNotModified && redfish.HasGzippedTag(x.req.IfNoneMatch, reply.ETag) {
			set(header, redfish.Field{Name: "ETag", Value: redfish.GzippedTag(reply.ETag)}) // the one that the client has
		}
		header.SetNoDefaultContentType(true)
		return
	}
	header.SetContentType(reply.ContentType)
	if reply.ContentType == "" {
		header.SetContentType("application/json")
	}
	if len(reply.Body) >= gzipFrom {
		set(header, redfish.Field{Name: "Vary", Value: varies(header, "Accept-Encoding")})
		if acceptsGzip(http.Request.Header.Peek("Accept-Encoding")) {
			header.SetContentEncoding("gzip")
			if reply.ETag != "" {
				set(header, redfish.Field{Name: "ETag", Value: redfish.GzippedTag(reply.ETag)})
			}
			out.SetBodyRaw(fasthttp.AppendGzipBytesLevel(nil, reply.Body, fasthttp.CompressBestSpeed))
			return
		}
	}
	out.SetBodyRaw(reply.Body)
}

// varies returns what a reply depends on: what has been said of it already (CORS), and one header more.
func varies(header *fasthttp.ResponseHeader, more string) string {
	if said := header.Peek("Vary"); len(said) > 0 {
		return string(said) + ", " + more
	}
	return more
}

// set sets a line as it is written: fasthttp's own would turn OData-Version into Odata-Version. A value
// that would begin another line is left out.
func set(header *fasthttp.ResponseHeader, line redfish.Field) {
	if strings.IndexByte(line.Value, '\n') >= 0 || strings.IndexByte(line.Value, '\r') >= 0 {
		return
	}
	header.SetCanonical(utils.UnsafeBytes(line.Name), utils.UnsafeBytes(line.Value)) // copies both
}
