package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/gofiber/utils/v2"
	"github.com/valyala/fasthttp"
)

// take takes a request in. A status other than 0 says why it is to be refused. leave must be called when the request has been served.
func (b *bridge) take(c *crossing, w http.ResponseWriter, r *http.Request, out *http.ResponseController) (status int, leave func()) {
	header := &c.http.Request.Header
	header.SetMethod(r.Method)
	header.SetRequestURI(r.RequestURI)
	header.SetHost(r.Host)
	size := len(r.Method) + len(r.RequestURI) + len(r.Host)
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value) + len(": \r\n")
			if !told[name] {
				header.AddBytesKV(utils.UnsafeBytes(name), utils.UnsafeBytes(value)) // copies both
			}
		}
	}
	if size > int(b.server.Limits.HeaderLimit) {
		return http.StatusRequestHeaderFieldsTooLarge, nothing
	}
	if r.ContentLength == 0 {
		return 0, nothing
	}
	return b.takeBody(c, w, r, out)
}

// told are the lines whose meaning has come otherwise: in the body, and as :authority, which goes before (RFC 9113, 8.3.1).
var told = map[string]bool{fasthttp.HeaderContentLength: true, fasthttp.HeaderHost: true}

func nothing() {}

// takeBody reads a body, of which the handler may keep the bytes, while there is room for it.
func (b *bridge) takeBody(c *crossing, w http.ResponseWriter, r *http.Request, out *http.ResponseController) (status int, leave func()) {
	limits, room := &b.server.Limits, c.stream.bodies
	size := r.ContentLength
	if size < 0 {
		size = int64(limits.BodyLimit)
	}
	if size > int64(limits.BodyLimit) {
		return http.StatusRequestEntityTooLarge, nothing
	}
	if !room.TryAcquire(size) {
		waiting, cancel := context.WithTimeout(c.stream.ctx, limits.ReadTimeout)
		defer cancel()
		if room.Acquire(waiting, size) != nil {
			return http.StatusTooManyRequests, nothing
		}
	}
	leave = func() { room.Release(size) }
	if err := out.SetReadDeadline(time.Now().Add(limits.ReadTimeout)); err != nil {
		return http.StatusInternalServerError, leave
	}
	var err error
	if r.ContentLength >= 0 {
		c.stream.body = make([]byte, size)
		_, err = io.ReadFull(r.Body, c.stream.body)
	} else {
		c.stream.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, size))
	}
	return unreadStatus(err), leave
}

// unreadStatus says what a body that could not be read is refused with; 0: it could.
func unreadStatus(err error) int {
	switch _, large := errors.AsType[*http.MaxBytesError](err); {
	case err == nil:
		return 0
	case large:
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout
	}
	return http.StatusBadRequest
}
