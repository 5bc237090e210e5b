package server

import (
	"bytes"

	"github.com/valyala/fasthttp"
)

// A client may send fields after a body of unknown length (trailers). They are no headers (RFC 9110, 6.5.1), and mean nothing here; but
// fasthttp puts them among the headers. So these are kept, under a name that cannot be sent, before the body is read.
var keptHeaders = []byte{0}

// separator is between names and values that are kept; neither can hold it.
var separator = []byte{'\n'}

// keepHeaders is called by fasthttp between the headers and the body.
func keepHeaders(header *fasthttp.RequestHeader) fasthttp.RequestConfig {
	if header.ContentLength() == chunked {
		var kept []byte
		for name, value := range header.All() {
			kept = append(append(append(append(kept, name...), separator...), value...), separator...)
		}
		header.SetCanonical(keptHeaders, kept)
	}
	return fasthttp.RequestConfig{}
}

// chunked is what fasthttp says of the length when there is Transfer-Encoding: chunked.
const chunked = -1

// dropTrailers leaves only the headers that were kept, if any were.
func dropTrailers(header *fasthttp.RequestHeader) {
	kept := header.PeekBytes(keptHeaders)
	if kept == nil {
		return
	}
	kept = bytes.Clone(kept)
	var names [][]byte
	for name := range header.All() {
		names = append(names, bytes.Clone(name))
	}
	for _, name := range names {
		header.DelBytes(name)
	}
	for len(kept) > 0 {
		name, rest, _ := bytes.Cut(kept, separator)
		value, rest, _ := bytes.Cut(rest, separator)
		header.AddBytesKV(name, value)
		kept = rest
	}
}
