package server

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/cors"
	"github.com/valyala/fasthttp"
)

// AnyOrigin, among the origins, lets pages of every site use the service.
const AnyOrigin = "*"

const (
	// corsHeaders are what pages may send; Accept and the like they may always.
	corsHeaders = "Authorization, Content-Type, If-Match, If-None-Match, OData-Version, Prefer, Traceparent, X-Auth-Token, X-Request-ID"
	// corsExposed are what pages may read of a reply.
	corsExposed = "Allow, ETag, Link, Location, OData-Version, Preference-Applied, Retry-After, WWW-Authenticate, X-Auth-Token, X-Request-ID"
	corsMethods = "GET, HEAD, POST, PATCH, DELETE"
	corsMaxAge  = 600 // seconds that a browser remembers the answer to a preflight
)

// origins are those of pages on other sites that may use the service, in lower case; nil: none may.
//
// Their scripts send the password or the token themselves: browsers are never told that they may add what they
// remember (Access-Control-Allow-Credentials).
type origins []string

func (o origins) any() bool { return slices.Contains(o, AnyOrigin) }

func (o origins) declared(origin string) bool {
	return o.any() || slices.Contains(o, strings.ToLower(origin))
}

// middleware answers preflights of declared origins, and tells their browsers what their pages may read. Others get
// the answers that everyone gets.
func (o origins) middleware() fiber.Handler {
	return cors.New(cors.Config{
		Next: func(c fiber.Ctx) bool {
			origin := c.Get(fiber.HeaderOrigin)
			if origin == "" || o.declared(origin) {
				return false
			}
			c.Vary(fiber.HeaderOrigin)
			return true
		},
		AllowOrigins: o, AllowMethods: strings.Split(corsMethods, ", "), AllowHeaders: strings.Split(corsHeaders, ", "),
		ExposeHeaders: strings.Split(corsExposed, ", "), MaxAge: corsMaxAge,
	})
}

// crossSite reports whether a browser sends a change on behalf of a page of another site that may not.
func (o origins) crossSite(header *fasthttp.RequestHeader, method string) bool {
	switch origin := header.Peek(fiber.HeaderOrigin); {
	case !crossSite(header, method):
		return false
	case len(origin) == 0 || !o.declared(string(origin)):
		return true
	case o.any():
		// A form needs no preflight, and its browser would add the password that it remembers for us. It adds no token.
		return len(header.Peek(headerAuthorization)) > 0
	}
	return false
}
