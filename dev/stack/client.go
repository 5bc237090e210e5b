package stack

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// certificateFile, in the state folder, is what clients of a self-signed API trust.
const certificateFile = "tls-certificate.pem"

// callTimeout bounds one request.
const callTimeout = 30 * time.Second

// Client is a Redfish client of one user. Its methods without an error end the test when the API does not answer.
type Client struct {
	Base string // such as https://127.0.0.1:8443

	t              testing.TB
	http           *http.Client
	user, password string
}

// NewClient returns a client that trusts the certificate in a file, which need not exist yet.
func NewClient(t testing.TB, base, certificate, user, password string) *Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, // the API makes its certificate at its first start: VerifyConnection looks at the file then
		VerifyConnection:   func(state tls.ConnectionState) error { return verify(state, certificate) },
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &Client{Base: base, t: t, user: user, password: password, http: &http.Client{Transport: transport, Timeout: callTimeout}}
}

func verify(state tls.ConnectionState, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	_, err = state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, DNSName: state.ServerName})
	return err
}

// As returns a client of another user.
func (c *Client) As(user, password string) *Client {
	other := *c
	other.user, other.password = user, password
	return &other
}

// Credentials are the user's name and password.
func (c *Client) Credentials() (user, password string) { return c.user, c.password }

// Answer is what the API answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Into decodes the body.
func (a Answer) Into(v any) error { return json.Unmarshal(a.Body, v) }

func (a Answer) String() string { return fmt.Sprintf("%d %s", a.Status, a.Body) }

// Do sends a request; body, when not nil, as JSON. ifMatch may hold an ETag.
func (c *Client) Do(ctx context.Context, method, path string, body any, ifMatch ...string) (Answer, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.Base+path, content)
	if err != nil {
		return Answer{}, err
	}
	request.SetBasicAuth(c.user, c.password)
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for _, etag := range ifMatch {
		request.Header.Set("If-Match", etag)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return Answer{response.StatusCode, response.Header, text}, err
}

func (c *Client) must(method, path string, body any) Answer {
	c.t.Helper()
	answer, err := c.Do(c.t.Context(), method, path, body)
	require.NoError(c.t, err, "%s %s", method, path)
	return answer
}

// Post sends a POST.
func (c *Client) Post(path string, body any) Answer {
	c.t.Helper()
	return c.must(http.MethodPost, path, body)
}

// Fetch sends a GET.
func (c *Client) Fetch(path string) Answer {
	c.t.Helper()
	return c.must(http.MethodGet, path, nil)
}

// Get reads a resource that must be there.
func (c *Client) Get(path string) map[string]any {
	c.t.Helper()
	answer := c.Fetch(path)
	require.Equal(c.t, http.StatusOK, answer.Status, "GET %s: %s", path, answer.Body)
	resource := map[string]any{}
	require.NoError(c.t, answer.Into(&resource))
	return resource
}
