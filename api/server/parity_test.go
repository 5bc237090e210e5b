package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// answers has a resource for every kind of answer.
func answers() []redfish.Resource {
	tree := append(tree(make(chan struct{})), waited(make(chan struct{}, 1))...)
	return append(tree,
		redfish.Route(redfish.Endpoint{Name: "Broken", Path: "/redfish/v1/Broken", Like: "ComputerSystem",
			Get: func(context.Context, *redfish.Request) (redfish.Result, error) {
				return redfish.Result{}, errors.New("broken")
			}}),
		redfish.Collection(redfish.CollectionSpec{Type: schemas.TypeTaskCollection, Path: "/redfish/v1/TaskService/Tasks", Of: "Task",
			List: func(context.Context, *redfish.Request, hawkfish.Page) ([]string, int, error) { return nil, 0, nil },
			Create: redfish.Creates(func(_ context.Context, _ *redfish.Request, p struct {
				Name string `json:"Name" validate:"required"`
			}) (redfish.Result, error) {
				return redfish.Created("Task", job{p.Name}, redfish.Field{Name: "X-Auth-Token", Value: "secret"}), nil
			}),
		}))
}

// speaking returns a client that speaks one protocol only.
func speaking(t testing.TB, protocol string) *http.Client {
	only := new(http.Protocols)
	only.SetHTTP1(protocol == protocolHTTP1)
	only.SetHTTP2(protocol == protocolHTTP2)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, Protocols: only, DisableCompression: true, MaxIdleConnsPerHost: 64,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport: transport, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// unsized hides how long a body is.
type unsized struct{ io.Reader }

// Whatever is asked, the answer is the same over both protocols: status, body, and every line that the protocol does not own.
func TestBothProtocolsAnswerAlike(t *testing.T) {
	t.Parallel()
	const tasks = "/redfish/v1/TaskService/Tasks"
	for _, tt := range []struct {
		name, method, path, body string
		headers                  []string
		chunked, trailer         bool
		unread                   bool // over HTTP/1.1 the request is not read so far as to know its id
		limit                    option
		status                   int
	}{
		{name: "a document", method: "GET", path: "/redfish/v1/", status: 200},
		{name: "a query", method: "GET", path: "/redfish/v1/SessionService/Sessions?$top=1", headers: []string{asAdmin}, status: 200},
		{name: "percent-encoded", method: "GET", path: "/redfish/v1/%24metadata", status: 200},
		{name: "a resource, with its ETag", method: "GET", path: tasks + "/7", headers: []string{asAdmin}, status: 200},
		{name: "variables", method: "GET", path: "/redfish/v1/Systems/a%2Fb%20c/Parts/%C3%BC/", headers: []string{withToken}, status: 200},
		{name: "the request itself", method: "GET", path: "/redfish/v1/Systems/a?x=y", headers: []string{asAdmin}, status: 200},
		{name: "large", method: "GET", path: "/redfish/v1/Systems", headers: []string{asAdmin}, status: 200},
		{name: "large and compressed", method: "GET", path: "/redfish/v1/Systems", headers: []string{asAdmin, "Accept-Encoding: gzip"}, status: 200},
		{name: "HEAD", method: "HEAD", path: "/redfish/v1/", status: 200},
		{name: "HEAD of what is large", method: "HEAD", path: "/redfish/v1/Systems", headers: []string{asAdmin}, status: 200},
		{name: "HEAD of nothing", method: "HEAD", path: "/redfish/v1/Nothing", headers: []string{asAdmin}, status: 404},
		{name: "a probe", method: "GET", path: "/healthz", status: 200},
		{name: "created", method: "POST", path: tasks, body: `{"Name":"7"}`, headers: []string{asAdmin}, status: 201},
		{name: "created from a body of unknown length", method: "POST", path: tasks, body: `{"Name":"7"}`, chunked: true, headers: []string{asAdmin}, status: 201},
		{name: "trailers mean nothing", method: "POST", path: tasks, body: `{"Name":"7"}`, chunked: true, trailer: true, headers: []string{asAdmin}, status: 201},
		{name: "created by a client that asks first", method: "POST", path: tasks, body: `{"Name":"7"}`, headers: []string{asAdmin, "Expect: 100-continue"}, status: 201},
		{name: "accepted", method: "GET", path: "/redfish/v1/TaskService/TaskMonitors/7", headers: []string{asAdmin}, status: 202},
		{name: "accepted after a wait", method: "GET", path: "/redfish/v1/TaskService/TaskMonitors/7", headers: []string{asAdmin, "Prefer: wait=0"}, status: 202},
		{name: "done", method: "DELETE", path: "/redfish/v1/Systems/a", headers: []string{asAdmin}, status: 204},
		{name: "not modified", method: "GET", path: tasks + "/7", headers: []string{asAdmin, "If-None-Match: the ETag"}, status: 304},
		{name: "no JSON", method: "POST", path: tasks, body: `{`, headers: []string{asAdmin}, status: 400},
		{name: "no body", method: "POST", path: tasks, headers: []string{asAdmin}, status: 400},
		{name: "an empty body of unknown length", method: "POST", path: tasks, chunked: true, headers: []string{asAdmin}, status: 400},
		{name: "nobody", method: "GET", path: "/redfish/v1/Systems/a", status: 401},
		{name: "a wrong password", method: "GET", path: "/redfish/v1/", headers: []string{asStranger}, status: 401},
		{name: "no privilege", method: "DELETE", path: "/redfish/v1/Systems/a", headers: []string{asReader}, status: 403},
		{name: "another site's page", method: "DELETE", path: "/redfish/v1/Systems/a", headers: []string{asAdmin, "Origin: https://evil.example.org"}, status: 403},
		{name: "nothing there", method: "GET", path: "/redfish/v1/Nothing", headers: []string{asAdmin}, status: 404},
		{name: "dots are no way up", method: "GET", path: "/redfish/v1/Systems/../Systems/a", headers: []string{asAdmin}, status: 404},
		{name: "a method that the resource has not", method: "PUT", path: "/redfish/v1/", headers: []string{asAdmin}, status: 405},
		{name: "OPTIONS", method: "OPTIONS", path: "/redfish/v1/", status: 405},
		{name: "another OData version", method: "GET", path: "/redfish/v1/", headers: []string{"OData-Version: 4.1"}, status: 412},
		{name: "a large body", method: "POST", path: tasks, body: strings.Repeat(" ", 3<<20), headers: []string{asAdmin}, status: 413},
		{name: "a large body of unknown length", method: "POST", path: tasks, body: strings.Repeat(" ", 3<<20), chunked: true, headers: []string{asAdmin}, status: 413, unread: true},
		{name: "the largest body", method: "POST", path: tasks, body: `{"Name":"7"` + strings.Repeat(" ", 1<<20-12) + `}`, headers: []string{asAdmin}, status: 201},
		{name: "the largest body, length unknown", method: "POST", path: tasks, body: `{"Name":"7"` + strings.Repeat(" ", 1<<20-12) + `}`, chunked: true, headers: []string{asAdmin}, status: 201},
		{name: "too many", method: "GET", path: "/redfish/v1/", limit: func(cfg *Config) { cfg.Limits.AddressRate = 1e-9 }, status: 429},
		{name: "long headers", method: "GET", path: "/redfish/v1/", headers: []string{"X-Long: " + strings.Repeat("x", 20<<10)}, status: 431, unread: true},
		{name: "a long path", method: "GET", path: "/redfish/v1/" + strings.Repeat("x", 9<<10), status: 431, unread: true},
		{name: "broken", method: "GET", path: "/redfish/v1/Broken", headers: []string{asAdmin}, status: 500},
		{name: "a method that nobody has", method: "FROB", path: "/redfish/v1/", status: 501},
		{name: "a dependency is down", method: "GET", path: "/redfish/v1/Down", headers: []string{asAdmin}, status: 503},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			options := []option{func(cfg *Config) { cfg.Service = redfish.NewService(answers()) }}
			if tt.limit != nil {
				options = append(options, tt.limit)
			}
			r := start(t, options...)
			if tt.limit != nil {
				r.do(tt.method, tt.path, "") // the one that is free
			}
			got := map[string]answer{}
			for _, protocol := range []string{protocolHTTP1, protocolHTTP2} {
				var body io.Reader = strings.NewReader(tt.body)
				if tt.chunked {
					body = unsized{body}
				}
				req, err := http.NewRequest(tt.method, r.url+tt.path, body)
				require.NoError(t, err)
				req.Header.Set("X-Request-Id", "the-same")
				for _, h := range tt.headers {
					name, value, _ := strings.Cut(h, ": ")
					if value == "the ETag" {
						value = r.do("GET", tt.path, "", asAdmin).Header.Get("ETag")
					}
					req.Header.Set(name, value)
				}
				if tt.trailer {
					req.Trailer = http.Header{"X-Auth-Token": {"x"}, "Odata-Version": {"4.1"}, "X-Request-Id": {"another"}}
				}
				resp, err := speaking(t, protocol).Do(req)
				require.NoError(t, err, protocol)
				assert.Equal(t, protocol == protocolHTTP2, resp.ProtoMajor == 2)
				got[protocol] = essence(t, resp, tt.unread)
			}
			assert.Equal(t, tt.status, got[protocolHTTP2].status)
			assert.Equal(t, got[protocolHTTP1], got[protocolHTTP2])
		})
	}
}

// answer is what both protocols must have alike.
type answer struct {
	status int
	length int64
	header http.Header
	body   string
}

var port = regexp.MustCompile(`127\.0\.0\.1:\d+`)

func essence(t *testing.T, resp *http.Response, unread bool) answer {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.NotEmpty(t, resp.Header.Get("Date"))
	for _, own := range []string{"Date", "Connection", "Transfer-Encoding"} {
		resp.Header.Del(own)
	}
	if unread {
		assert.NotEmpty(t, resp.Header.Get("X-Request-Id"))
		resp.Header.Del("X-Request-Id")
	}
	return answer{resp.StatusCode, resp.ContentLength, resp.Header, string(port.ReplaceAll(bytes.Clone(body), []byte("client")))}
}
