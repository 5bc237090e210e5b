package server

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// maxCredentials is the longest X-Auth-Token or Authorization that is looked at, in bytes.
const maxCredentials = 1024

var errCredentials = &hawkfish.Error{Kind: hawkfish.Denied, Resource: "Session"}

// caller finds out who asks; nil means nobody. Wrong credentials are an error even where none
// are needed (DSP0266, "Authentication requirements"). A token goes before Basic.
func (s *Server) caller(x *exchange, header *fasthttp.RequestHeader) (*redfish.Caller, error) {
	if token := header.Peek(headerAuthToken); len(token) > 0 {
		if len(token) > maxCredentials {
			return nil, errCredentials
		}
		return s.Auth.Token(x.ctx, string(token))
	}
	authorization := header.Peek(headerAuthorization)
	if len(authorization) == 0 {
		return nil, nil
	}
	user, password, ok := basic(authorization)
	if !ok {
		return nil, errCredentials
	}
	x.claimed = user
	return s.Auth.Basic(x.ctx, user, password, x.from.Addr)
}

var schemeBasic = []byte("Basic ")

// basic takes an Authorization header apart (RFC 7617).
func basic(authorization []byte) (user, password string, ok bool) {
	n := len(schemeBasic)
	if len(authorization) > maxCredentials || len(authorization) < n || !bytes.EqualFold(authorization[:n], schemeBasic) {
		return "", "", false
	}
	var buffer [maxCredentials]byte
	length, err := base64.StdEncoding.Decode(buffer[:], bytes.TrimSpace(authorization[n:]))
	if err != nil {
		return "", "", false
	}
	name, secret, ok := bytes.Cut(buffer[:length], []byte(":"))
	return string(name), string(secret), ok && len(name) > 0
}

// maxUserName is the longest name that is counted by itself, in bytes: callers must not fill our memory.
const maxUserName = 255

// userNameIn returns the name in a session's body (DSP0266, "Session login"), "" when it has none
// that an account could have.
func userNameIn(body []byte) string {
	var login struct{ UserName string }
	_ = json.Unmarshal(body, &login) // the kit tells the client what is wrong
	if len(login.UserName) > maxUserName {
		return ""
	}
	return login.UserName
}

// refuse answers an error of the Authenticator.
func (s *Server) refuse(x *exchange, err error) redfish.Reply {
	if t, ok := errors.AsType[*Throttled](err); ok {
		return tooMany(t.After)
	}
	switch hawkfish.KindOf(err) {
	case hawkfish.Denied, hawkfish.NotFound:
		return redfish.Refuse(schemas.NoValidSession())
	}
	s.report(x.ctx, err)
	return redfish.Failure(err)
}

// tooMany answers a request that comes too soon.
func tooMany(wait time.Duration) redfish.Reply {
	seconds := strconv.Itoa(int(math.Ceil(max(wait.Seconds(), 1))))
	m := schemas.ServiceTemporarilyUnavailable(seconds)
	m.Status = http.StatusTooManyRequests
	reply := redfish.Refuse(m)
	reply.Header = redfish.Header{{Name: "Retry-After", Value: seconds}}
	return reply
}
