package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/projectbeskar/hawkfish/internal/metrics"
)

// handling is a server with another handler behind the bridge.
func handling(t *testing.T, handler fasthttp.RequestHandler) (addr string) {
	t.Helper()
	cfg := start(t).Config
	cfg.Metrics = metrics.New()
	s := New(cfg)
	s.http2.inner.Handler.(*bridge).handler = handler
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	serving.Go(func() { assert.NoError(t, s.Serve(ctx, ln)) })
	t.Cleanup(func() { cancel(); serving.Wait() })
	return ln.Addr().String()
}

// flowing is a server whose handler writes a reply bit by bit.
func flowing(t *testing.T, write func(w *bufio.Writer)) (url string) {
	t.Helper()
	return "https://" + handling(t, func(http *fasthttp.RequestCtx) { http.SetBodyStreamWriter(write) })
}

// Each bit of a flowing reply goes out when it is written, and who writes it learns when the client has left.
func TestRepliesFlow(t *testing.T) {
	t.Parallel()
	next, left := make(chan struct{}), make(chan error, 1)
	url := flowing(t, func(w *bufio.Writer) {
		for i := 0; ; i++ {
			if _, err := fmt.Fprintf(w, "bit %d\n", i); err != nil {
				left <- err
				return
			}
			if err := w.Flush(); err != nil {
				left <- err
				return
			}
			<-next
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	resp, err := speaking(t, protocolHTTP2).Do(req)
	require.NoError(t, err)
	in := bufio.NewReader(resp.Body)
	for i := range 5 {
		line, err := in.ReadString('\n') // it is here before the next is written
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("bit %d\n", i), line)
		if i < 4 {
			next <- struct{}{}
		}
	}
	cancel()
	_ = resp.Body.Close()
	for {
		select {
		case next <- struct{}{}:
		case err := <-left:
			require.Error(t, err)
			return
		case <-time.After(10 * time.Second):
			t.Fatal("the writer has not noticed")
		}
	}
}

// A reply that has an end ends, with every byte.
func TestFlowingRepliesEnd(t *testing.T) {
	t.Parallel()
	whole := strings.Repeat("HawkFish ", 50_000)
	url := flowing(t, func(w *bufio.Writer) { _, _ = w.WriteString(whole) })
	resp, err := speaking(t, protocolHTTP2).Get(url)
	require.NoError(t, err)
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	_ = resp.Body.Close()
	assert.Equal(t, whole, string(got))
}
