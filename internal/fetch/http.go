package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/outbound"
)

func (f *Fetcher) openHTTP(ctx context.Context, u *url.URL) (io.ReadCloser, int64, error) {
	body, size, _, err := f.request(ctx, http.MethodGet, u, hawkfish.MediaSource{})
	return body, size, err
}

// request asks a server for a file, or for what can be said of it, as the user that src names.
func (f *Fetcher) request(ctx context.Context, method string, u *url.URL, src hawkfish.MediaSource) (io.ReadCloser, int64, string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	request, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		cancel(nil)
		return nil, 0, "", refused(u, "not a URL")
	}
	if src.UserName != "" {
		request.SetBasicAuth(src.UserName, src.Password)
	}
	client := f.client
	if src.Unverified {
		client = f.unverified
	}
	request.Header.Set("User-Agent", "HawkFish")
	request.Header.Set("Accept-Encoding", "identity")
	response, err := client.Do(request)
	if err == nil {
		if err = f.accepts(response); err != nil {
			response.Body.Close()
		}
	}
	if err != nil {
		cancel(nil)
		return nil, 0, "", fault(u, err)
	}
	body := &body{
		of: u, ctx: ctx, cancel: cancel, source: response.Body,
		left: f.policy.MaxBytes, limited: f.policy.MaxBytes > 0, patience: f.policy.StallTimeout,
	}
	return body, max(response.ContentLength, 0), versionOf(response.Header, response.ContentLength), nil
}

// status is the error of an answer that is not the file.
type status int

func (s status) Error() string {
	return fmt.Sprintf("the server answers %d %s", int(s), http.StatusText(int(s)))
}

// passing reports whether a later try may get another answer.
func (s status) passing() bool {
	return s >= 500 && s != http.StatusNotImplemented || s == http.StatusRequestTimeout || s == http.StatusTooManyRequests
}

var (
	errEncoded  = errors.New("the server sends the file encoded")
	errTooLarge = errors.New("the file is larger than allowed")
)

func (f *Fetcher) accepts(r *http.Response) error {
	switch encoding := r.Header.Get("Content-Encoding"); {
	case r.StatusCode != http.StatusOK:
		return status(r.StatusCode)
	case encoding != "" && encoding != "identity":
		return errEncoded
	case f.policy.MaxBytes > 0 && r.ContentLength > f.policy.MaxBytes:
		return errTooLarge
	}
	return nil
}

// fault is the one place where errors on the way to a source become the fleet's.
// The caller learns what it must do, not what our network looks like.
func fault(u *url.URL, err error) error {
	if err == nil {
		return nil
	}
	down := func(what string) error {
		return &hawkfish.Error{Kind: hawkfish.Unavailable, Property: "/URL", Message: what, Err: err}
	}
	if denial, ok := outbound.DenialIn(err); ok {
		return refused(u, denial.Why)
	}
	if s, ok := errors.AsType[status](err); ok && s.passing() {
		return down(s.Error())
	} else if ok {
		return refused(u, s.Error())
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return refused(u, "the server's certificate is not trusted")
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return refused(u, "the host is not known")
	}
	switch {
	case errors.Is(err, errEncoded):
		return refused(u, errEncoded.Error())
	case errors.Is(err, errTooLarge):
		return refused(u, errTooLarge.Error())
	case errors.Is(err, context.Canceled):
		return down("the fetch was ended")
	case errors.Is(err, errStalled):
		return down(errStalled.Error())
	case errors.Is(err, io.ErrUnexpectedEOF):
		return down("the server broke off")
	}
	return down("the server does not answer")
}
