package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What comes after a chunked body adds nothing to the headers and changes none, whether it was announced or not.
func TestTrailersAreNoHeaders(t *testing.T) {
	t.Parallel()
	r := start(t, plain)
	for name, tt := range map[string]struct {
		headers, rest string
		status        int
	}{
		"none":                 {asAdmin + "\r\n", "0\r\n\r\n", 200},
		"none after a body":    {asAdmin + "\r\n", "1\r\nx\r\n0\r\n\r\n", 200},
		"a login":              {"", "0\r\n" + withToken + "\r\n\r\n", 401},
		"a login after a body": {"", "1\r\nx\r\n0\r\n" + withToken + "\r\n\r\n", 401},
		"an announced login":   {"Trailer: X-Auth-Token\r\n", "0\r\n" + withToken + "\r\n\r\n", 401},
		"another login":        {asAdmin + "\r\n", "0\r\nX-Auth-Token: x\r\n\r\n", 200},
		"a forbidden one":      {asAdmin + "\r\n", "0\r\n" + asStranger + "\r\n\r\n", 400},
		"another version":      {asAdmin + "\r\nOData-Version: 4.0\r\n", "0\r\nOData-Version: 4.1\r\n\r\n", 200},
		"a name of ours":       {asAdmin + "\r\n", "0\r\n\x00: \x00\r\n\r\n", 400},
	} {
		c, err := net.Dial("tcp", r.addr)
		require.NoError(t, err)
		_, err = io.WriteString(c, "GET /redfish/v1/Systems/a HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine\r\nTransfer-Encoding: chunked\r\n"+tt.headers+"\r\n"+tt.rest)
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err, name)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.Equal(t, tt.status, resp.StatusCode, "%s: %s", name, body)
		if tt.status == http.StatusOK {
			assert.Equal(t, "mine", resp.Header.Get("X-Request-Id"), name)
			assert.Contains(t, string(body), strings.TrimSpace(`"User":"admin"`), name)
		}
		_ = c.Close()
	}
}
