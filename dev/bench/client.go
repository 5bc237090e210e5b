package bench

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/port"
	"github.com/projectbeskar/hawkfish/dev/stack"
)

const sessions = "/redfish/v1/SessionService/Sessions"

// trusted is the TLS of a client that trusts the stack's certificate.
func trusted(t testing.TB, s *stack.Stack) *tls.Config {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.Dir, "tls-certificate.pem"))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(text))
	return &tls.Config{RootCAs: roots, ServerName: port.Loopback}
}

// api is the stack's API.
func api(t testing.TB, s *stack.Stack) endpoint {
	return endpoint{strings.TrimPrefix(s.Base, "https://"), trusted(t, s)}
}

// logins are the header lines by which a client can say who it is.
func logins(t testing.TB, s *stack.Stack) map[string]string {
	user, password := s.Credentials()
	answer := s.Post(sessions, map[string]string{"UserName": user, "Password": password})
	require.Equal(t, http.StatusCreated, answer.Status, "%s", answer.Body)
	return map[string]string{
		"Token": "X-Auth-Token: " + answer.Header.Get("X-Auth-Token"),
		"Basic": "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password)),
	}
}
