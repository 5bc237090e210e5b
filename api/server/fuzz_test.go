package server

import (
	"bufio"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/valyala/fasthttp"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// Whatever a client puts into its headers, the reply is one, and nothing of the request becomes a line of it.
func FuzzHeaders(f *testing.F) {
	r := start(f, plain)
	r.do("GET", "/redfish", "") // fiber writes its routes down once more when it begins to serve
	handler := r.app.Server().Handler
	for _, seed := range [][4]string{
		{"GET", "/redfish/v1/Systems/a", "Authorization", "Basic YWRtaW46cmlnaHQ="},
		{"GET", "/redfish/v1/%zz/%2F", "X-Request-Id", "a\r\nSet-Cookie: b"},
		{"POST", "/redfish/v1/SessionService/Sessions", "Authorization", "basic Og=="},
		{"HEAD", "//..//%00", "Accept-Encoding", "gzip;q=,gzip;q=1;x"},
		{"DELETE", "/redfish/v1/Systems/", "Origin", "https://[::1"},
		{"PATCH", "/redfish/v1/Systems/a/Parts/b/c", "OData-Version", "4"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, path, name, value string) {
		var http fasthttp.RequestCtx
		http.Request.Header.SetMethod(method)
		http.Request.SetRequestURI(path)
		http.Request.Header.Set(name, value)
		handler(&http)
		var reply fasthttp.Response
		reply.SkipBody = method == "HEAD"
		if err := reply.Read(bufio.NewReader(strings.NewReader(http.Response.String()))); err != nil {
			t.Fatalf("%v: %q", err, http.Response.Header.String())
		}
		status := reply.StatusCode()
		if status < 200 || status > 599 || status == 500 {
			t.Fatalf("status %d: %q", status, http.Response.Header.String())
		}
		if strings.Contains(http.Response.Header.String(), "\nSet-Cookie") {
			t.Fatal("the client wrote a line of the reply")
		}
	})
}

func FuzzBasic(f *testing.F) {
	f.Add("admin", "pass:word")
	f.Fuzz(func(t *testing.T, user, password string) {
		header := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
		gotUser, gotPassword, ok := basic([]byte(header))
		if !ok {
			return // too long, or a user without a name
		}
		assert.Equal(t, user+":"+password, gotUser+":"+gotPassword)
		assert.NotContains(t, gotUser, ":")
	})
}

func FuzzRoutes(f *testing.F) {
	var all routes
	for _, pattern := range []string{"/redfish", "/redfish/v1/", "/redfish/v1/A/{a}", "/redfish/v1/A/b/{c}", "/redfish/v1/A/{a}/{b}/{c}/{d}"} {
		all.add("GET", pattern, &endpoint{})
	}
	f.Add("b")
	f.Add("x/y")
	f.Add("%2e%2e")
	f.Fuzz(func(t *testing.T, id string) {
		var values [maxVariables]string
		found := all.find("/redfish/v1/A/"+url.PathEscape(id)+"/", &values)
		if id == "" {
			assert.Nil(t, found)
			return
		}
		if assert.NotNil(t, found) {
			assert.Equal(t, "/redfish/v1/A/{a}", found.pattern)
			assert.Equal(t, id, values[0])
		}
		all.find(id, &values)
	})
}

func TestBadPatternsPanic(t *testing.T) {
	t.Parallel()
	for _, patterns := range [][]string{
		{"/a/{b}.json"}, {"/a//b"}, {"/a", "/a"}, {"/a/{b}", "/a/{c}"}, {"/{a}/{b}/{c}/{d}/{e}"},
	} {
		assert.Panics(t, func() {
			var r routes
			for _, p := range patterns {
				r.add("GET", p, &endpoint{})
			}
		}, patterns)
	}
}

func TestTokensAreNotStored(t *testing.T) {
	t.Parallel()
	r := start(t, plain)
	var http fasthttp.RequestCtx
	r.write(&http, &exchange{}, redfish.Reply{Status: 201, ETag: `W/"1"`, Header: redfish.Header{
		{Name: "X-Auth-Token", Value: "secret"}, {Name: "Location", Value: "/x\r\nSet-Cookie: a"},
	}})
	lines := http.Response.Header.String()
	assert.Contains(t, lines, "Cache-Control: no-store\r\n")
	assert.NotContains(t, lines, "no-cache")
	assert.Contains(t, lines, "ETag: W/\"1\"\r\n")
	assert.Contains(t, lines, "OData-Version: 4.0\r\n")
	assert.NotContains(t, lines, "Location")
}
