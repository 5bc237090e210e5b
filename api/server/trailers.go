package server

import (
	"bytes"

	"github.com/valyala/fasthttp"
)

// A client may send fields after a body of unknown length (trailers). They are no headers (RFC 9110, 6.5.1), and mean nothing here; but
// fasthttp puts them among the headers. A mark, under a name that cannot be sent, tells them apart.
var headersEnd = []byte{0}

// markHeaders is called by fasthttp between the headers and the body.
func markHeaders(header *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if header.ContentLength() == chunked {
		header.SetCanonical(headersEnd, headersEnd)
	}
	return fasthttp.RequestConfig{}
}

// chunked is what fasthttp says of the length when there is Transfer-Encoding: chunked.
const chunked = -1

// dropTrailers removes what came after the mark, and the mark.
func dropTrailers(header *fasthttp.RequestHeader) {
	var proper [][2][]byte
	var late [][]byte
	marked := false
	for name, value := range header.All() {
		switch {
		case bytes.Equal(name, headersEnd):
			marked = true
		case marked:
			late = append(late, bytes.Clone(name))
		default:
			proper = append(proper, [2][]byte{bytes.Clone(name), bytes.Clone(value)})
		}
	}
	header.DelBytes(headersEnd)
	for _, name := range late {
		header.DelBytes(name)
		for _, line := range proper {
			if bytes.Equal(line[0], name) {
				header.AddBytesKV(name, line[1])
			}
		}
	}
}
