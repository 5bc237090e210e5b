// Package fetch opens image sources that callers name: http, https and, from
// folders that the administrator has opened, file URLs.
//
// It does not know what an image is; it hands on bytes, and says in the
// fleet's errors why there are none.
package fetch

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/outbound"
)

// Policy says what may be fetched, and within which limits.
type Policy struct {
	Addresses outbound.Policy
	FileDirs  []string       // absolute folders that file URLs may point into; none: no file URLs
	MaxBytes  int64          // of one source; 0: no limit
	RootCAs   *x509.CertPool // of https servers; nil: the system's

	// Zero: 10 s to connect, 30 s to the header, 30 s without a byte of the body.
	ConnectTimeout, HeaderTimeout, StallTimeout time.Duration
}

// maxRedirects is how many redirects are followed.
const maxRedirects = 5

// Fetcher opens sources.
type Fetcher struct {
	policy Policy
	client *http.Client
	// unverified does not verify the certificates of servers; who names a source may ask for that.
	unverified *http.Client
}

// New makes a fetcher.
func New(p Policy) *Fetcher {
	p.ConnectTimeout = orDefault(p.ConnectTimeout, 10*time.Second)
	p.HeaderTimeout = orDefault(p.HeaderTimeout, 30*time.Second)
	p.StallTimeout = orDefault(p.StallTimeout, 30*time.Second)
	limits := outbound.Options{
		Connect:   p.ConnectTimeout,
		Header:    p.HeaderTimeout,
		Redirects: maxRedirects,
		RootCAs:   p.RootCAs,
	}
	f := &Fetcher{policy: p, client: p.Addresses.Client(limits)}
	limits.Unverified = true
	f.unverified = p.Addresses.Client(limits)
	return f
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// Check says what is wrong with a URL without connecting or looking at files;
// it is meant for the moment a caller names one. Its error is Invalid with Property "/URL".
func (f *Fetcher) Check(rawURL string) error {
	_, err := f.parse(rawURL)
	return err
}

// Open opens a source and returns its length in bytes, 0 when not known. The
// caller closes it. Errors, also those of Read, are *hawkfish.Error: Invalid
// with Property "/URL" when the source does not have it, may not be read or is
// too large, Unavailable when the source does not answer, stands still or breaks off.
// Reading ends when ctx does.
func (f *Fetcher) Open(ctx context.Context, rawURL string) (io.ReadCloser, int64, error) {
	u, err := f.parse(rawURL)
	if err != nil {
		return nil, 0, err
	}
	if u.Scheme == "file" {
		return f.openFile(ctx, u)
	}
	return f.openHTTP(ctx, u)
}

func (f *Fetcher) parse(rawURL string) (*url.URL, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		// The parser's message repeats the URL, which may hold a secret.
		return nil, refused(nil, "not a URL")
	}
	if u.Scheme == "file" {
		_, _, err = f.inside(u)
		return u, err
	}
	return u, fault(u, f.policy.Addresses.CheckURL(u))
}

// refused blames the URL, and repeats it only where it holds no password.
func refused(u *url.URL, why string) error {
	e := &hawkfish.Error{Kind: hawkfish.Invalid, Property: "/URL", Message: why}
	if u != nil {
		e.Value = u.Redacted()
	}
	return e
}
