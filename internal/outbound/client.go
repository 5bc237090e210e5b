package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// maxURL is how long a URL may be, in bytes.
const maxURL = 2048

// CheckURL says what is wrong with a URL before anything is connected to; what
// its host resolves to is checked when it is.
func (p Policy) CheckURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return denied("the scheme is neither http nor https")
	case u.User != nil:
		// They would be kept with the URL, and shown to whoever may read it.
		return denied("a URL may not hold credentials")
	case u.Opaque != "" || u.Hostname() == "":
		return denied("the URL names no host")
	case len(u.String()) > maxURL:
		return denied("the URL is too long")
	}
	return p.checkHost(u.Hostname())
}

// Options are the limits of a client. Zero: no limit, but for Redirects, which then are not followed.
type Options struct {
	Connect   time.Duration // resolving, connecting and the TLS handshake, each
	Header    time.Duration // from the request to the answer's header
	Redirects int           // how many are followed; each is checked like the first URL
	RootCAs   *x509.CertPool
	// Unverified: the certificates of servers are not verified. That is for what a caller wants to have from a server
	// of their own, and that is no secret.
	Unverified bool
}

// Client makes a client that connects only where the policy allows. It uses no proxy, since
// that would connect for us, and it asks for no compression, so that bytes arrive as they are kept.
func (p Policy) Client(o Options) *http.Client {
	transport := &http.Transport{
		DialContext:           p.dial(o.Connect),
		TLSClientConfig:       &tls.Config{RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12, InsecureSkipVerify: o.Unverified}, //nolint:gosec // by the caller's wish
		TLSHandshakeTimeout:   o.Connect,
		ResponseHeaderTimeout: o.Header,
		MaxIdleConnsPerHost:   1,
		IdleConnTimeout:       time.Minute,
		DisableCompression:    true,
		ForceAttemptHTTP2:     true,
	}
	return &http.Client{Transport: transport, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		r.Header.Del("Referer") // the query of a signed URL is nobody else's business
		if len(via) > o.Redirects {
			return denied("too many redirects")
		}
		if via[len(via)-1].URL.Scheme == "https" && r.URL.Scheme != "https" {
			return denied("a redirect from https to http is not followed")
		}
		return p.CheckURL(r.URL)
	}}
}

// dial connects, and checks each address just before it is connected to.
func (p Policy) dial(timeout time.Duration) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		dialer := net.Dialer{
			Timeout: timeout,
			Control: func(_, address string, _ syscall.RawConn) error {
				to, err := netip.ParseAddrPort(address)
				if err != nil {
					return err
				}
				return p.checkAddr(host, to.Addr())
			},
		}
		return dialer.DialContext(ctx, network, address)
	}
}

// DenialIn returns the denial that err holds, if any.
func DenialIn(err error) (*Denial, bool) { return errors.AsType[*Denial](err) }
