package server

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRedirectPort(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Redirect(ctx, ln, "8443", slog.New(slog.DiscardHandler)) }()
	for _, tt := range []struct {
		line, host, to string
		status         int
	}{
		{"GET /redfish/v1/%24metadata?$top=1 HTTP/1.1", "bmc.example.org", "https://bmc.example.org:8443/redfish/v1/%24metadata?$top=1", 308},
		{"POST /redfish/v1/Systems HTTP/1.1", "bmc:80", "https://bmc:8443/redfish/v1/Systems", 308},
		{"GET / HTTP/1.1", "[::1]:80", "https://[::1]:8443/", 308},
		{"GET //evil.example/ HTTP/1.1", "bmc", "https://bmc:8443//evil.example/", 308},
		{"GET / HTTP/1.1", "", "", 400},
		{"OPTIONS * HTTP/1.1", "bmc", "", 400},
	} {
		c, err := net.Dial("tcp", ln.Addr().String())
		require.NoError(t, err)
		_, err = fmt.Fprintf(c, "%s\r\nHost: %s\r\n\r\n", tt.line, tt.host)
		require.NoError(t, err)
		reply, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err, tt.line)
		_ = reply.Body.Close()
		_ = c.Close()
		assert.Equal(t, tt.status, reply.StatusCode, tt.line)
		assert.Equal(t, tt.to, reply.Header.Get("Location"), tt.line)
	}
	stop()
	require.NoError(t, <-ended)
}
