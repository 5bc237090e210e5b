package server

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// errPlaintext ends a connection whose client spoke plain HTTP where TLS is.
var errPlaintext = errors.New("plain HTTP on a TLS connection; the client was sent to https")

// recordHandshake is the first byte of a TLS connection (RFC 8446 section 5.1).
const recordHandshake = 22

// Read reads for TLS, whose first byte tells whether it is TLS: who begins with plain HTTP is sent to https, on the same port.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.lazyConn.Read(b)
	if !c.sniff || n == 0 {
		return n, err
	}
	c.sniff = false
	if b[0] == recordHandshake {
		return n, err
	}
	c.redirect(io.LimitReader(io.MultiReader(bytes.NewReader(b[:n]), c.lazyConn), c.of.headerLimit))
	return 0, errPlaintext
}

// redirect answers a plain request. What the client has sent without encryption is not looked at, but for where it wanted to go.
func (c *conn) redirect(sent io.Reader) {
	req, err := http.ReadRequest(bufio.NewReader(sent))
	if err != nil {
		return
	}
	to, ok := onTLS(req, req.Host)
	if !ok {
		_, _ = io.WriteString(c.lazyConn, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		return
	}
	c.linger.Store(true) // the client's body may still be on its way
	_, _ = fmt.Fprintf(c.lazyConn, "HTTP/1.1 308 Permanent Redirect\r\nLocation: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", to)
}

// onTLS returns where a plain request would have gone with https, at a host (with its port) that its client is to
// ask. ok is false when the host is none, or is such that the address would lead elsewhere.
func onTLS(r *http.Request, host string) (to *url.URL, ok bool) {
	to = &url.URL{Scheme: "https", Host: host, Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	again, err := url.Parse(to.String())
	return to, err == nil && host != "" && again.Host == host
}
