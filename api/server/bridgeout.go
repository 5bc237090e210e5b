package server

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// give sends the reply that the handler has made.
func (b *bridge) give(c *crossing, w http.ResponseWriter, r *http.Request, out *http.ResponseController) {
	reply := &c.http.Response
	status := reply.StatusCode()
	body := reply.BodyStream()
	if c.stream.ctx.Err() != nil {
		_ = reply.CloseBodyStream() // nobody is left to read it
		return
	}
	c.copyHeader(w.Header(), &reply.Header)
	select {
	case <-b.server.draining:
		w.Header()[fasthttp.HeaderConnection] = closing // GOAWAY: this connection gets no more requests
	default:
	}
	_ = out.SetWriteDeadline(time.Now().Add(b.server.Limits.WriteTimeout)) // a client that takes no more; net/http has it always
	silent := r.Method == http.MethodHead || !bodyAllowed(status)
	if body == nil && !silent {
		b.send(w, status, reply.Body())
		return
	}
	if body == nil && r.Method == http.MethodHead && bodyAllowed(status) {
		w.Header()[fasthttp.HeaderContentLength] = []string{strconv.Itoa(len(reply.Body()))}
	}
	w.WriteHeader(status)
	if body == nil || silent {
		_ = reply.CloseBodyStream()
		return
	}
	err := b.flow(w, body, out)
	_ = reply.CloseBodyStream() // who writes it learns that it has ended
	if err != nil {
		panic(http.ErrAbortHandler) // resets the stream, so that the client knows that there should have been more
	}
}

var closing = []string{"close"}

// tellLength is from where on net/http does not tell a body's length by itself, in bytes, or may not.
const tellLength = 2 << 10

func (*bridge) send(w http.ResponseWriter, status int, body []byte) {
	if len(body) >= tellLength {
		w.Header()[fasthttp.HeaderContentLength] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails only when the client has left
}

// flowBuffer is how much of a flowing reply goes out at once, in bytes.
const flowBuffer = 16 << 10

// flow sends a reply that is still being written: whatever there is of it goes out at once.
func (b *bridge) flow(w http.ResponseWriter, body io.Reader, out *http.ResponseController) error {
	buffer := make([]byte, flowBuffer)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			_ = out.SetWriteDeadline(time.Now().Add(b.server.Limits.WriteTimeout))
			if _, writeErr := w.Write(buffer[:n]); writeErr != nil {
				return writeErr
			}
			if flushErr := out.Flush(); flushErr != nil {
				return flushErr
			}
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// bodyAllowed reports whether a reply has a body (RFC 9110, 6.4.1).
func bodyAllowed(status int) bool {
	return status >= http.StatusOK && status != http.StatusNoContent && status != http.StatusNotModified
}

// copyHeader copies header lines: net/http encodes them when the handler has returned, and the buffers are used again.
func (c *crossing) copyHeader(to http.Header, from *fasthttp.ResponseHeader) {
	c.text = c.text[:0]
	lines := 0
	for _, value := range from.All() {
		c.text = append(c.text, value...)
		lines++
	}
	text, values := string(c.text), make([]string, 0, lines)
	for name, value := range from.All() {
		key := wireName(name)
		line := text[:len(value)]
		text = text[len(value):]
		if hopByHop[key] {
			continue
		}
		if before, again := to[key]; again {
			to[key] = append(before, line)
			continue
		}
		values = append(values, line)
		to[key] = values[len(values)-1 : len(values) : len(values)]
	}
}

// hopByHop are the lines that HTTP/2 has frames for (RFC 9113, 8.2.2), and the length, which depends on what is sent.
var hopByHop = map[string]bool{
	fasthttp.HeaderConnection: true, fasthttp.HeaderKeepAlive: true, fasthttp.HeaderTransferEncoding: true,
	fasthttp.HeaderUpgrade: true, fasthttp.HeaderProxyConnection: true, fasthttp.HeaderContentLength: true,
}

// wireNames are the names of the lines that most replies have, as HTTP/2 writes them: made small once. The few that
// net/http looks for keep their capitals.
var wireNames = func() map[string]string {
	names := map[string]string{}
	for _, name := range []string{
		headerRequestID, "ETag", "Link", "Location", "Allow", "Vary", "Retry-After", "X-Auth-Token", headerChallenge, "Preference-Applied",
	} {
		names[name] = strings.ToLower(name)
	}
	for _, line := range always {
		names[line.Name] = strings.ToLower(line.Name)
	}
	for _, name := range []string{fasthttp.HeaderContentType, fasthttp.HeaderContentEncoding} {
		names[name] = name
	}
	return names
}()

func wireName(name []byte) string {
	if known, ok := wireNames[string(name)]; ok {
		return known
	}
	return string(name)
}
