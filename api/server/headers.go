package server

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"

	"github.com/valyala/fasthttp"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Names of the headers that are looked at, as fasthttp stores them.
const (
	headerAuthToken     = "X-Auth-Token"
	headerAuthorization = "Authorization"
	headerIfMatch       = "If-Match"
	headerIfNoneMatch   = "If-None-Match"
	headerODataVersion  = "Odata-Version"
	headerRequestID     = "X-Request-Id"
	headerChallenge     = "WWW-Authenticate"
	headerTraceparent   = "Traceparent"
	headerPrefer        = "Prefer"
)

// versionFits reports whether a request's OData-Version, if any, is ours (DSP0266, "Request headers").
func versionFits(version []byte) bool {
	return len(version) == 0 || string(version) == "4.0"
}

// otherVersion refuses a request of another OData version: 412 (DSP0266, "Request headers"), though no ETag is amiss.
func otherVersion() schemas.Message {
	m := schemas.GeneralError()
	m.Status = http.StatusPreconditionFailed
	m.Resolution = "Send OData-Version 4.0, or leave it out."
	return m
}

// crossSite reports whether a browser sends this on behalf of a page of another site: it
// would add the password that it remembers for us. Other clients send neither header.
func crossSite(header *fasthttp.RequestHeader, method string) bool {
	if method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions {
		return false
	}
	if site := header.Peek("Sec-Fetch-Site"); len(site) > 0 {
		return string(site) != "same-origin" && string(site) != "none"
	}
	origin := header.Peek("Origin")
	if len(origin) == 0 {
		return false
	}
	u, err := url.Parse(string(origin))
	return err != nil || u.Host != string(header.Host())
}

// acceptsGzip reports whether a client takes gzip (RFC 9110, 12.5.3).
func acceptsGzip(accept []byte) bool {
	for coding := range bytes.SplitSeq(accept, []byte(",")) {
		name, weight, _ := bytes.Cut(coding, []byte(";"))
		if !bytes.EqualFold(bytes.TrimSpace(name), []byte("gzip")) {
			continue
		}
		q, weighted := bytes.CutPrefix(bytes.TrimSpace(weight), []byte("q="))
		value, err := strconv.ParseFloat(string(q), 64)
		return !weighted || err == nil && value > 0
	}
	return false
}

// requestIDs makes ids that no other process makes.
type requestIDs struct {
	prefix uint64
	count  atomic.Uint64
}

func newRequestIDs() *requestIDs {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails (crypto/rand)
	return &requestIDs{prefix: binary.BigEndian.Uint64(random[:])}
}

// maxRequestID is the longest id that is taken from a client, in bytes.
const maxRequestID = 64

// of returns the client's id when it is fit for logs and headers, else one of ours.
func (r *requestIDs) of(given []byte) string {
	if len(given) > 0 && len(given) <= maxRequestID && bytes.IndexFunc(given, notInID) < 0 {
		return string(given)
	}
	id := strconv.AppendUint(make([]byte, 0, maxRequestID), r.prefix, 36)
	id = append(id, '-')
	return string(strconv.AppendUint(id, r.count.Add(1), 36))
}

func notInID(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' && c != ':'
}
