package bench

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/valyala/fasthttp"
)

// endpoint is where requests go; tls is nil for plain HTTP.
type endpoint struct {
	address string
	tls     *tls.Config
}

// wire is a connection that stays open, with one request under way at a time. It does as little
// as a client can: what it takes, the server does not get.
type wire struct {
	net.Conn
	in       *bufio.Reader
	response fasthttp.Response
}

// answerWithin bounds one request.
const answerWithin = 30 * time.Second

func (e endpoint) dial() (*wire, error) {
	conn, err := net.DialTimeout("tcp", e.address, answerWithin)
	if err != nil {
		return nil, err
	}
	if e.tls != nil {
		conn = tls.Client(conn, e.tls)
	}
	return &wire{Conn: conn, in: bufio.NewReaderSize(conn, 16<<10)}, nil
}

// send sends a request, and reads the answer, which is good until the next.
func (w *wire) send(request []byte) (*fasthttp.Response, error) {
	if _, err := w.Write(request); err != nil {
		return nil, err
	}
	err := w.response.Read(w.in)
	return &w.response, err
}

var errStatus = errors.New("unexpected answer")

// expect is send for an answer that must have a status.
func (w *wire) expect(status int, request []byte) (*fasthttp.Response, error) {
	answer, err := w.send(request)
	if err == nil && answer.StatusCode() != status {
		err = fmt.Errorf("%w: %d %s", errStatus, answer.StatusCode(), answer.Body())
	}
	return answer, err
}

// compose writes a request; login is a header line, or empty.
func compose(e endpoint, method, path, login string, body []byte) []byte {
	text := method + " " + path + " HTTP/1.1\r\nHost: " + e.address + "\r\nUser-Agent: hawkfish-bench\r\nAccept: application/json\r\n"
	if login != "" {
		text += login + "\r\n"
	}
	if body != nil {
		text += fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	return append([]byte(text+"\r\n"), body...)
}
