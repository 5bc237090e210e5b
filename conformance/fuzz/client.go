package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// request is one as it goes over the wire: nothing in it is checked or completed, so that it may be wrong.
type request struct {
	method, uri string
	headers     [][2]string
	body        []byte
	chunked     bool
}

func (r request) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: service\r\n", r.method, r.uri)
	for _, h := range r.headers {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	switch {
	case r.chunked:
		b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
		for part := range slices.Chunk(r.body, 100) {
			fmt.Fprintf(&b, "%x\r\n%s\r\n", len(part), part)
		}
		b.WriteString("0\r\n\r\n")
	case r.body != nil:
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(r.body), r.body)
	default:
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	took   time.Duration
}

// client is one connection, opened anew when it was closed.
type client struct {
	options
	conn  *tls.Conn
	read  *bufio.Reader
	token string
	own   string // the URI of the session
}

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

func (c *client) connect() error {
	if c.conn != nil {
		return nil
	}
	// The service is the one next door, with a certificate of its own making.
	dialer := &tls.Dialer{NetDialer: &net.Dialer{Timeout: 10 * time.Second}, Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}}
	conn, err := dialer.Dial("tcp", c.address)
	if err != nil {
		return err
	}
	c.conn = conn.(*tls.Conn)
	c.read = bufio.NewReaderSize(c.conn, 16<<10)
	return nil
}

// send sends a request and reads its answer, within a time.
func (c *client) send(r request, within time.Duration) (answer, error) {
	if err := c.connect(); err != nil {
		return answer{}, err
	}
	a, err := c.exchange(r, within)
	if err != nil {
		c.close()
	}
	return a, err
}

func (c *client) exchange(r request, within time.Duration) (answer, error) {
	began := time.Now()
	if err := c.conn.SetDeadline(began.Add(within)); err != nil {
		return answer{}, err
	}
	if _, err := c.conn.Write(r.bytes()); err != nil {
		return answer{took: time.Since(began)}, err
	}
	var resp *http.Response
	for resp == nil || resp.StatusCode < 200 {
		var err error
		if resp, err = http.ReadResponse(c.read, &http.Request{Method: r.method}); err != nil { //nolint:bodyclose // it is read to its end below
			return answer{took: time.Since(began)}, err
		}
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{took: time.Since(began)}, err
	}
	if resp.Close {
		c.close()
	}
	return answer{resp.StatusCode, resp.Header, body, time.Since(began)}, nil
}

// login opens a session. That too many wrong passwords were tried before, of which the run is full, ends by itself.
func (c *client) login() error {
	for range 100 {
		again, err := c.tryLogin()
		if again == 0 || err != nil {
			return err
		}
		time.Sleep(again)
	}
	return errors.New("login: it stays throttled")
}

// tryLogin returns how long to wait before the next try; 0: the session is open.
func (c *client) tryLogin() (again time.Duration, err error) {
	body, err := json.Marshal(map[string]string{"UserName": c.user, "Password": c.password})
	if err != nil {
		return 0, err
	}
	a, err := c.send(request{method: "POST", uri: "/redfish/v1/SessionService/Sessions", headers: [][2]string{{"Content-Type", "application/json"}}, body: body}, 20*time.Second)
	if err != nil {
		return 0, err
	}
	if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); a.status == http.StatusTooManyRequests && err == nil {
		return max(time.Duration(seconds)*time.Second, time.Second), nil
	}
	if a.status != http.StatusCreated {
		return 0, fmt.Errorf("login: %d %.300s", a.status, a.body)
	}
	c.token, c.own = a.header.Get("X-Auth-Token"), a.header.Get("Location")
	return 0, nil
}

func (c *client) authorized() [][2]string {
	return [][2]string{{"X-Auth-Token", c.token}, {"Accept", "application/json"}}
}
