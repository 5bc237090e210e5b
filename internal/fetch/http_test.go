package fetch_test

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch"
	"github.com/projectbeskar/hawkfish/internal/outbound"
)

// local is a policy that opens loopback, where the tests' servers are.
func local(t *testing.T) fetch.Policy {
	t.Helper()
	p, err := outbound.ParsePolicy([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	return fetch.Policy{Addresses: p}
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func wants(t *testing.T, err error, kind hawkfish.Kind) {
	t.Helper()
	e, ok := errors.AsType[*hawkfish.Error](err)
	if !ok || e.Kind != kind || e.Property != "/URL" {
		t.Errorf("got %v (%T), want %s of /URL", err, err, kind)
	}
}

// read opens and reads a source.
func read(t *testing.T, p fetch.Policy, url string) (string, int64, error) {
	t.Helper()
	r, size, err := fetch.New(p).Open(t.Context(), url)
	if err != nil {
		return "", 0, err
	}
	defer r.Close()
	all, err := io.ReadAll(r)
	return string(all), size, err
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("it accepts %q", r.Header.Get("Accept-Encoding"))
		}
		_, _ = io.WriteString(w, "an image")
		if r.URL.Path == "/chunked" {
			_ = http.NewResponseController(w).Flush()
		}
	})
	if got, size, err := read(t, local(t), url); got != "an image" || size != 8 || err != nil {
		t.Errorf("got %q, %d, %v", got, size, err)
	}
	if got, size, err := read(t, local(t), url+"/chunked"); got != "an image" || size != 0 || err != nil {
		t.Errorf("got %q, %d, %v", got, size, err)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]hawkfish.Kind{
		204: hawkfish.Invalid, 304: hawkfish.Invalid, 400: hawkfish.Invalid, 401: hawkfish.Invalid, 403: hawkfish.Invalid,
		404: hawkfish.Invalid, 410: hawkfish.Invalid, 501: hawkfish.Invalid,
		408: hawkfish.Unavailable, 429: hawkfish.Unavailable, 500: hawkfish.Unavailable, 503: hawkfish.Unavailable,
	} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		_, _, err := read(t, local(t), url)
		wants(t, err, kind)
	}
}

func TestServersThatFail(t *testing.T) {
	t.Parallel()
	refusing, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + refusing.Addr().String()
	refusing.Close()

	quick := local(t)
	quick.HeaderTimeout, quick.StallTimeout = 50*time.Millisecond, 50*time.Millisecond
	small := local(t)
	small.MaxBytes = 4
	for name, c := range map[string]struct {
		policy fetch.Policy
		url    string
		kind   hawkfish.Kind
	}{
		"nobody listens": {local(t), nobody, hawkfish.Unavailable},
		"unknown host":   {fetch.Policy{}, "http://nowhere.invalid/", hawkfish.Invalid},
		"no header": {quick, serve(t, func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}), hawkfish.Unavailable},
		"stalled": {quick, serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}), hawkfish.Unavailable},
		"broken off": {local(t), serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
		}), hawkfish.Unavailable},
		"encoded": {local(t), serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "half")
		}), hawkfish.Invalid},
		"too large": {small, serve(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "12345")
		}), hawkfish.Invalid},
		"too large, unannounced": {small, serve(t, func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, "12345")
		}), hawkfish.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := read(t, c.policy, c.url)
			if name == "unknown host" && hawkfish.KindOf(err) == hawkfish.Unavailable {
				t.Skip("no resolver to say that a name does not exist")
			}
			wants(t, err, c.kind)
		})
	}
	exact := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, "1234")
	})
	if got, _, err := read(t, small, exact); got != "1234" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch to := r.URL.Query().Get("to"); {
		case r.Header.Get("Referer") != "":
			t.Errorf("referer %q", r.Header.Get("Referer"))
		case to != "":
			http.Redirect(w, r, to, http.StatusFound)
		case r.URL.Path == "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "arrived")
		}
	})
	if got, _, err := read(t, local(t), url+"/?to=/there"); got != "arrived" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for _, to := range []string{
		"/round", "file:///etc/passwd", "http://169.254.169.254/latest/meta-data/", "http://127.0.0.2/",
		"http://metadata.google.internal/", "http://a:b@127.0.0.1/", "gopher://127.0.0.1/",
	} {
		_, _, err := read(t, local(t), url+"/?to="+escape(to))
		wants(t, err, hawkfish.Invalid)
	}
}

func escape(s string) string { return url.QueryEscape(s) }

func TestLoopbackIsClosedByDefault(t *testing.T) {
	t.Parallel()
	url := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was reached") })
	_, _, err := read(t, fetch.Policy{}, url)
	wants(t, err, hawkfish.Invalid)
	// A name is decided by the address it resolves to.
	p := fetch.Policy{Addresses: outbound.Policy{Names: []string{"localhost"}}}
	_, _, err = read(t, p, strings.Replace(url, "127.0.0.1", "localhost", 1))
	wants(t, err, hawkfish.Invalid)
}

func TestProxiesAreNotUsed(t *testing.T) {
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") })
	t.Setenv("HTTP_PROXY", proxy)
	t.Setenv("http_proxy", proxy)
	_, _, err := read(t, local(t), "http://127.0.0.1:1/")
	wants(t, err, hawkfish.Unavailable)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "secret")
	}))
	t.Cleanup(server.Close)
	_, _, err := read(t, local(t), server.URL)
	wants(t, err, hawkfish.Invalid)

	p := local(t)
	p.RootCAs = x509.NewCertPool()
	p.RootCAs.AddCert(server.Certificate())
	if got, _, err := read(t, p, server.URL); got != "secret" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	_, _, err = read(t, p, server.URL+"/down")
	wants(t, err, hawkfish.Invalid)
}

func TestContextEndsReading(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	r, _, err := fetch.New(local(t)).Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadFull(r, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	cancel()
	_, err = r.Read(make([]byte, 4))
	if wants(t, err, hawkfish.Unavailable); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
