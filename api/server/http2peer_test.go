package server

import (
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// peer speaks HTTP/2 frame by frame, so that it can do what no honest client does.
type peer struct {
	*http2.Framer
	t     testing.TB
	conn  *tls.Conn
	block strings.Builder
	hpack *hpack.Encoder
}

// meet shakes hands and exchanges settings. What is read takes ten seconds at most.
func meet(t testing.TB, addr string, settings ...http2.Setting) *peer {
	t.Helper()
	conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{protocolHTTP2}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.Equal(t, protocolHTTP2, conn.ConnectionState().NegotiatedProtocol)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	p := &peer{Framer: http2.NewFramer(conn, conn), t: t, conn: conn}
	p.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	p.hpack = hpack.NewEncoder(&p.block)
	_, err = io.WriteString(conn, http2.ClientPreface)
	require.NoError(t, err)
	require.NoError(t, p.WriteSettings(settings...))
	return p
}

// encoded returns the header block of a request; extra are names and values in turn.
func (p *peer) encoded(method, path string, extra ...string) []byte {
	p.block.Reset()
	lines := append([]string{":method", method, ":scheme", "https", ":authority", "x", ":path", path}, extra...)
	for i := 0; i < len(lines); i += 2 {
		require.NoError(p.t, p.hpack.WriteField(hpack.HeaderField{Name: lines[i], Value: lines[i+1]}))
	}
	return []byte(p.block.String())
}

func (p *peer) ask(stream uint32, end bool, method, path string, extra ...string) {
	p.t.Helper()
	require.NoError(p.t, p.WriteHeaders(http2.HeadersFrameParam{
		StreamID: stream, BlockFragment: p.encoded(method, path, extra...), EndHeaders: true, EndStream: end,
	}))
}

// listen reads frames until one fits. It answers none. The error is the connection's.
func (p *peer) listen(fits func(http2.Frame) bool) (http2.Frame, error) {
	for {
		f, err := p.ReadFrame()
		if err != nil {
			return nil, err
		}
		if fits(f) {
			return f, nil
		}
	}
}

// until is listen, but it acknowledges settings and pings, so that nobody else may write meanwhile.
func (p *peer) until(fits func(http2.Frame) bool) (http2.Frame, error) {
	for {
		f, err := p.listen(func(http2.Frame) bool { return true })
		if err != nil {
			return nil, err
		}
		if fits(f) {
			return f, nil
		}
		switch f := f.(type) {
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = p.WriteSettingsAck()
			}
		case *http2.PingFrame:
			if !f.IsAck() {
				_ = p.WritePing(true, f.Data)
			}
		}
	}
}

// ended is of a connection that the server has closed, in whichever way.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

func status(f http2.Frame) string {
	if h, ok := f.(*http2.MetaHeadersFrame); ok {
		return h.PseudoValue("status")
	}
	return ""
}

func answered(f http2.Frame) bool { return status(f) != "" }

func isGoAway(f http2.Frame) bool { _, ok := f.(*http2.GoAwayFrame); return ok }

func isReset(f http2.Frame) bool { _, ok := f.(*http2.RSTStreamFrame); return ok }
