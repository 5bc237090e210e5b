package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/metrics"
	"github.com/projectbeskar/hawkfish/internal/tlscert"
	"github.com/projectbeskar/hawkfish/schemas"
)

// tree is a small service with what the tests ask for.
func tree(held chan struct{}) []redfish.Resource {
	document := func(make func(req *redfish.Request) string) func(context.Context, *redfish.Request) (redfish.Result, error) {
		return func(_ context.Context, req *redfish.Request) (redfish.Result, error) {
			return redfish.Document("", []byte(make(req))), nil
		}
	}
	done := func(context.Context, *redfish.Request) (redfish.Result, error) { return redfish.Done(), nil }
	big := `{"Members":"` + strings.Repeat("HawkFish ", 4000) + `"}`
	return []redfish.Resource{
		redfish.Route(redfish.Endpoint{Name: "Root", Path: "/redfish/v1/", Like: "ServiceRoot", Open: true,
			Get: document(func(*redfish.Request) string { return `{"Id":"RootService"}` })}),
		redfish.Route(redfish.Endpoint{Name: "System", Path: "/redfish/v1/Systems/{id}", Like: "ComputerSystem", Delete: done,
			Get: document(func(req *redfish.Request) string {
				shown, _ := json.Marshal(map[string]string{
					"Id": req.Var("id"), "User": req.Actor().UserName, "Path": req.Path, "Remote": req.RemoteAddr, "Scheme": req.Scheme, "Request": req.ID,
				})
				return string(shown)
			})}),
		redfish.Route(redfish.Endpoint{Name: "Special", Path: "/redfish/v1/Systems/Special", Like: "ComputerSystem",
			Get: document(func(*redfish.Request) string { return `{"Id":"special"}` })}),
		redfish.Route(redfish.Endpoint{Name: "Part", Path: "/redfish/v1/Systems/{system}/Parts/{part}", Like: "Processor",
			Get: document(func(req *redfish.Request) string {
				return `{"Id":"` + req.Var("system") + "+" + req.Var("part") + `"}`
			})}),
		redfish.Route(redfish.Endpoint{Name: "Big", Path: "/redfish/v1/Systems", Like: "ComputerSystemCollection",
			Get: document(func(*redfish.Request) string { return big })}),
		redfish.Route(redfish.Endpoint{Name: "Down", Path: "/redfish/v1/Down", Like: "ComputerSystem",
			Get: func(context.Context, *redfish.Request) (redfish.Result, error) {
				return redfish.Result{}, hawkfish.Down("PostgreSQL", io.ErrUnexpectedEOF)
			}}),
		redfish.Route(redfish.Endpoint{Name: "Held", Path: "/redfish/v1/Held", Like: "ServiceRoot", Open: true,
			Get: func(ctx context.Context, _ *redfish.Request) (redfish.Result, error) {
				held <- struct{}{}
				select {
				case <-held:
				case <-ctx.Done():
					return redfish.Result{}, ctx.Err()
				}
				return redfish.Document("", []byte(`{"Id":"held"}`)), nil
			}}),
		redfish.Collection(redfish.CollectionSpec{Type: schemas.TypeSessionCollection, Path: "/redfish/v1/SessionService/Sessions", Of: "System",
			List: func(context.Context, *redfish.Request, hawkfish.Page) ([]string, int, error) { return nil, 0, nil },
			Create: redfish.Creates(func(_ context.Context, _ *redfish.Request, p struct {
				UserName string `json:"UserName" validate:"required"`
				Password string `json:"Password" validate:"required"`
			}) (redfish.Result, error) {
				if p.Password != "right" {
					return redfish.Result{}, redfish.Rejected{schemas.NoValidSession()}
				}
				return redfish.Done(), nil
			}),
		}),
	}
}

// running is a server on a loopback port.
type running struct {
	*Server
	t        testing.TB
	url      string
	addr     string
	client   *http.Client
	accounts *people
	log      *syncBuffer
	held     chan struct{}
	stop     context.CancelFunc
	ended    chan error
}

type option func(*Config)

func plain(cfg *Config) { cfg.TLS = nil }

func start(t testing.TB, options ...option) *running {
	t.Helper()
	limits := defaults(t)
	limits.DrainTimeout = 5 * time.Second
	r := &running{t: t, accounts: newPeople(), log: &syncBuffer{}, held: make(chan struct{}), ended: make(chan error, 1)}
	keeper, err := tlscert.SelfSigned(t.TempDir(), []string{"127.0.0.1"}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	cfg := Config{
		Service: redfish.NewService(tree(r.held)),
		TLS:     keeper.Config(),
		HTTP2:   true,
		Limits:  limits,
		Log:     slog.New(slog.NewJSONHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: metrics.New(),
		Ready:   func(context.Context) map[string]string { return nil },
	}
	for _, o := range options {
		o(&cfg)
	}
	if cfg.Auth == nil {
		cfg.Auth = NewLogins(r.accounts, cfg.Limits)
	}
	r.Server = New(cfg)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r.addr = ln.Addr().String()
	r.url = "http://" + r.addr
	if cfg.TLS != nil {
		r.url = "https://" + r.addr
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.stop = cancel
	go func() { r.ended <- r.Serve(ctx, ln) }()
	r.client = &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, MaxIdleConnsPerHost: 64, DisableCompression: true},
		Timeout:   20 * time.Second,
	}
	t.Cleanup(func() {
		cancel()
		r.client.CloseIdleConnections()
		select {
		case err, open := <-r.ended:
			if open {
				require.NoError(t, err)
			}
		case <-time.After(15 * time.Second):
			t.Error("the server does not end")
		}
	})
	return r
}

func defaults(t testing.TB) config.Limits {
	cfg, err := config.Load("", nil)
	require.NoError(t, err)
	return cfg.Limits
}

type reply struct {
	*http.Response
	body string
}

// message returns the id of the first message of an error body.
func (r reply) message(t testing.TB) string {
	t.Helper()
	var body struct {
		Error struct {
			Code string
			Info []struct{ MessageId string } `json:"@Message.ExtendedInfo"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(r.body), &body), r.body)
	require.NotEmpty(t, body.Error.Info)
	id := body.Error.Info[0].MessageId
	return id[strings.LastIndexByte(id, '.')+1:]
}

// do sends a request; headers are "Name: value".
func (r *running) do(method, path, body string, headers ...string) reply {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url+path, strings.NewReader(body))
	require.NoError(r.t, err)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := r.client.Do(req)
	require.NoError(r.t, err)
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	require.NoError(r.t, err)
	return reply{resp, string(content)}
}

const (
	asAdmin    = "Authorization: Basic YWRtaW46cmlnaHQ="      // admin:right
	asStranger = "Authorization: Basic YWRtaW46d3Jvbmc="      // admin:wrong
	asReader   = "Authorization: Basic cmVhZGVyOnJpZ2h0"      // reader:right
	withToken  = "X-Auth-Token: 0123456789abcdef0123456789ab" // of admin
)

func TestRequests(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, tt := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		message, has             string
	}{
		{name: "open without login", method: "GET", path: "/redfish/v1/", status: 200, has: "RootService"},
		{name: "no slash at the end", method: "GET", path: "/redfish/v1", status: 200, has: "RootService"},
		{name: "the versions", method: "GET", path: "/redfish", status: 200, has: `{"v1":"/redfish/v1/"}`},
		{name: "percent-encoded", method: "GET", path: "/redfish/v1/%24metadata", status: 200, has: "EntityContainer"},
		{name: "closed without login", method: "GET", path: "/redfish/v1/Systems/a", status: 401, message: "NoValidSession"},
		{name: "wrong password where none is needed", method: "GET", path: "/redfish/v1/", headers: []string{asStranger}, status: 401, message: "NoValidSession"},
		{name: "wrong token where none is needed", method: "GET", path: "/redfish/v1/", headers: []string{"X-Auth-Token: x"}, status: 401, message: "NoValidSession"},
		{name: "another scheme", method: "GET", path: "/redfish/v1/Systems/a", headers: []string{"Authorization: Bearer x"}, status: 401, message: "NoValidSession"},
		{name: "Basic", method: "GET", path: "/redfish/v1/Systems/a", headers: []string{asAdmin}, status: 200, has: `"User":"admin"`},
		{name: "token", method: "GET", path: "/redfish/v1/Systems/a", headers: []string{withToken}, status: 200, has: `"User":"admin"`},
		{name: "token before Basic", method: "GET", path: "/redfish/v1/Systems/a", headers: []string{withToken, asStranger}, status: 200, has: `"User":"admin"`},
		{name: "variable", method: "GET", path: "/redfish/v1/Systems/a%2Fb%20c/", headers: []string{asAdmin}, status: 200, has: `"Id":"a/b c"`},
		{name: "two variables", method: "GET", path: "/redfish/v1/Systems/a/Parts/b", headers: []string{asAdmin}, status: 200, has: `a+b`},
		{name: "literal before variable", method: "GET", path: "/redfish/v1/Systems/Special", headers: []string{asAdmin}, status: 200, has: `special`},
		{name: "variable after a literal's dead end", method: "GET", path: "/redfish/v1/Systems/Special/Parts/b", headers: []string{asAdmin}, status: 200, has: `Special+b`},
		{name: "nothing there", method: "GET", path: "/redfish/v1/Nothing", status: 404, message: "ResourceMissingAtURI", has: "/redfish/v1/Nothing"},
		{name: "outside of the tree", method: "GET", path: "/", status: 404, message: "ResourceMissingAtURI"},
		{name: "two slashes", method: "GET", path: "/redfish/v1//Systems/a", headers: []string{asAdmin}, status: 404},
		{name: "case counts", method: "GET", path: "/redfish/v1/systems/a", headers: []string{asAdmin}, status: 404},
		{name: "dots are no way up", method: "GET", path: "/redfish/v1/Systems/../Systems/a", headers: []string{asAdmin}, status: 404},
		{name: "method not allowed", method: "DELETE", path: "/redfish/v1/", headers: []string{asAdmin}, status: 405, message: "OperationNotAllowed"},
		{name: "OPTIONS", method: "OPTIONS", path: "/redfish/v1/", status: 405},
		{name: "unknown method", method: "FROB", path: "/redfish/v1/", status: 501, message: "OperationNotAllowed"},
		{name: "privilege missing", method: "DELETE", path: "/redfish/v1/Systems/a", headers: []string{asReader}, status: 403, message: "InsufficientPrivilege"},
		{name: "done", method: "DELETE", path: "/redfish/v1/Systems/a", headers: []string{asAdmin}, status: 204},
		{name: "OData 4.0", method: "GET", path: "/redfish/v1/", headers: []string{"OData-Version: 4.0"}, status: 200},
		{name: "OData 4.1", method: "GET", path: "/redfish/v1/", headers: []string{"OData-Version: 4.1"}, status: 412, message: "GeneralError"},
		{name: "another site's page", method: "DELETE", path: "/redfish/v1/Systems/a", headers: []string{asAdmin, "Sec-Fetch-Site: cross-site"}, status: 403},
		{name: "another origin", method: "DELETE", path: "/redfish/v1/Systems/a", headers: []string{asAdmin, "Origin: https://evil.example.org"}, status: 403},
		{name: "our origin", method: "DELETE", path: "/redfish/v1/Systems/a", headers: []string{asAdmin, "Origin: " + r.url}, status: 204},
		{name: "dependency down", method: "GET", path: "/redfish/v1/Down", headers: []string{asAdmin}, status: 503, message: "ServiceTemporarilyUnavailable"},
		{name: "body too large", method: "POST", path: "/redfish/v1/SessionService/Sessions", body: strings.Repeat(" ", 3<<20), status: 413, message: "PayloadTooLarge"},
		{name: "headers too large", method: "GET", path: "/redfish/v1/", headers: []string{"X-Long: " + strings.Repeat("x", 20<<10)}, status: 431, message: "GeneralError"},
		{name: "session with the right password", method: "POST", path: "/redfish/v1/SessionService/Sessions", body: `{"UserName":"admin","Password":"right"}`, status: 204},
		{name: "alive", method: "GET", path: "/healthz", status: 200, has: "alive"},
		{name: "ready", method: "GET", path: "/readyz", status: 200, has: "ready"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := r.do(tt.method, tt.path, tt.body, tt.headers...)
			require.Equal(t, tt.status, got.StatusCode, got.body)
			assert.Contains(t, got.body, tt.has)
			if tt.message != "" {
				assert.Equal(t, tt.message, got.message(t))
			}
			if !strings.HasPrefix(tt.path, "/redfish") {
				return
			}
			assert.Equal(t, "4.0", got.Header.Get("OData-Version"))
			assert.NotEmpty(t, got.Header.Get("Cache-Control"))
			assert.NotContains(t, got.Header.Get("Allow"), "CONNECT", "it is not fiber who knows what may be done")
			assert.NotEmpty(t, got.Header.Get("X-Request-Id"))
			assert.Equal(t, "nosniff", got.Header.Get("X-Content-Type-Options"))
			switch got.StatusCode {
			case 200, 405:
				assert.Contains(t, got.Header.Get("Allow"), "GET")
			case 401:
				assert.Contains(t, got.Header.Get("WWW-Authenticate"), "Basic")
			case 503:
				assert.NotEmpty(t, got.Header.Get("Retry-After"))
			}
		})
	}
}

func TestHeadIsGetWithoutTheBody(t *testing.T) {
	t.Parallel()
	r := start(t)
	get := r.do("GET", "/redfish/v1/Systems", "", asAdmin)
	head := r.do("HEAD", "/redfish/v1/Systems", "", asAdmin)
	assert.Equal(t, 200, head.StatusCode)
	assert.Empty(t, head.body)
	assert.Equal(t, get.ContentLength, head.ContentLength)
	assert.Equal(t, get.Header.Get("Allow"), head.Header.Get("Allow"))
}

func TestLargeBodiesAreCompressedWhenAsked(t *testing.T) {
	t.Parallel()
	r := start(t)
	plainly := r.do("GET", "/redfish/v1/Systems", "", asAdmin, "Accept-Encoding: identity, gzip;q=0")
	assert.Empty(t, plainly.Header.Get("Content-Encoding"))
	packed := r.do("GET", "/redfish/v1/Systems", "", asAdmin, "Accept-Encoding: br,gzip")
	assert.Equal(t, "gzip", packed.Header.Get("Content-Encoding"))
	assert.Equal(t, "Accept-Encoding", packed.Header.Get("Vary"))
	assert.Less(t, len(packed.body), len(plainly.body)/10)
	r.client.Transport.(*http.Transport).DisableCompression = false // now the client unpacks by itself
	assert.Equal(t, plainly.body, r.do("GET", "/redfish/v1/Systems", "", asAdmin).body)
	small := r.do("GET", "/redfish/v1/", "", "Accept-Encoding: gzip")
	assert.Empty(t, small.Header.Get("Content-Encoding"))
}

func TestRequestsAreNamedCountedAndLogged(t *testing.T) {
	t.Parallel()
	r := start(t)
	got := r.do("GET", "/redfish/v1/Systems/a", "", asAdmin, "X-Request-Id: mine-1")
	assert.Equal(t, "mine-1", got.Header.Get("X-Request-Id"))
	assert.Contains(t, got.body, `"Request":"mine-1"`)
	assert.Contains(t, got.body, `"Scheme":"https"`)
	assert.Contains(t, got.body, `"Remote":"127.0.0.1:`)
	other := r.do("GET", "/redfish/v1/Systems/b?x=y", "", asStranger, "X-Request-Id: a b\"")
	assert.NotContains(t, other.Header.Get("X-Request-Id"), " ")
	r.do("DELETE", "/redfish/v1/Systems/a", "", asAdmin)
	r.do("GET", "/redfish/v1/Down", "", asAdmin)

	page := r.do("GET", "/metrics", "").body
	assert.Contains(t, page, `hawkfish_http_requests_total{method="GET",route="/redfish/v1/Systems/{id}",status="200"} 1`)
	assert.Contains(t, page, `hawkfish_http_requests_total{method="GET",route="/redfish/v1/Systems/{id}",status="401"} 1`)
	assert.Contains(t, page, `hawkfish_http_requests_total{method="DELETE",route="/redfish/v1/Systems/{id}",status="204"} 1`)
	assert.Contains(t, page, `hawkfish_http_request_duration_seconds_count{method="GET",route="/redfish/v1/Systems/{id}"} 2`)
	assert.Contains(t, page, `hawkfish_http_requests_in_flight 0`)

	log := r.log.String()
	assert.Contains(t, log, `"level":"DEBUG","msg":"request","method":"GET","path":"/redfish/v1/Systems/a","route":"/redfish/v1/Systems/{id}","status":200`)
	assert.Contains(t, log, `"level":"INFO","msg":"request","method":"DELETE"`)
	assert.Contains(t, log, "unexpected EOF", "the cause goes to the log")
	for _, secret := range []string{"right", "wrong", "YWRtaW4", "x=y"} {
		assert.NotContains(t, log, secret)
	}
}

type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
