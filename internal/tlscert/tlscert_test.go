package tlscert

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var quiet = slog.New(slog.DiscardHandler)

func TestSelfSignedIsKeptAndTrusted(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	names := Names("127.0.0.1:0", "bmc.example.org")
	first, err := SelfSigned(dir, names, quiet)
	require.NoError(t, err)
	again, err := SelfSigned(dir, names, quiet)
	require.NoError(t, err)
	assert.Equal(t, first.Certificate().Leaf.SerialNumber, again.Certificate().Leaf.SerialNumber)

	info, err := os.Stat(filepath.Join(dir, pairFile))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 2)

	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Listener = tls.NewListener(srv.Listener, first.Config())
	srv.Start()
	defer srv.Close()
	public, err := os.ReadFile(filepath.Join(dir, publicFile))
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(public))
	for _, name := range names {
		conn, err := tls.Dial("tcp", srv.Listener.Addr().String(), &tls.Config{RootCAs: pool, ServerName: name})
		require.NoError(t, err, name)
		assert.Equal(t, 3, conn.ConnectionState().PeerCertificates[0].Version)
		_ = conn.Close()
	}
	_, err = tls.Dial("tcp", srv.Listener.Addr().String(), &tls.Config{RootCAs: pool, ServerName: "localhost", MaxVersion: tls.VersionTLS11})
	require.Error(t, err)
}

func TestSelfSignedIsRenewed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	k, err := SelfSigned(dir, []string{"a"}, quiet)
	require.NoError(t, err)
	old := k.Certificate()
	assert.Same(t, old, k.at(time.Now().Add(time.Minute)))
	renewed := k.at(old.Leaf.NotAfter.Add(-renewBefore + time.Second))
	assert.NotEqual(t, old.Leaf.SerialNumber, renewed.Leaf.SerialNumber)
	assert.Same(t, renewed, k.Certificate())

	other, err := SelfSigned(t.TempDir(), []string{"a"}, quiet)
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, other.Certificate().Leaf.DNSNames)
	more, err := SelfSigned(dir, []string{"a", "b"}, quiet)
	require.NoError(t, err)
	require.NoError(t, more.Certificate().Leaf.VerifyHostname("b"))
}

func TestFilesAreReadAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, err := SelfSigned(filepath.Join(dir, "one"), []string{"one"}, quiet)
	require.NoError(t, err)
	_, err = SelfSigned(filepath.Join(dir, "two"), []string{"two"}, quiet)
	require.NoError(t, err)
	path := filepath.Join(dir, "pair.pem")
	copyFile(t, filepath.Join(dir, "one", pairFile), path)

	k, err := Files(path, path, quiet)
	require.NoError(t, err)
	assert.Equal(t, one.Certificate().Leaf.Raw, k.Certificate().Leaf.Raw)

	require.NoError(t, os.WriteFile(path, []byte("half a"), 0o600))
	assert.Equal(t, []string{"one"}, k.at(time.Now().Add(2*lookEvery)).Leaf.DNSNames, "a broken file changes nothing")
	copyFile(t, filepath.Join(dir, "two", pairFile), path)
	assert.Equal(t, []string{"two"}, k.at(time.Now().Add(4*lookEvery)).Leaf.DNSNames)

	for _, files := range [][2]string{{"/nowhere", path}, {path, "/nowhere"}, {"/nowhere", "/nowhere"}} {
		_, err = Files(files[0], files[1], quiet)
		require.ErrorContains(t, err, "/nowhere")
	}
}

func TestNamesOfEveryAddress(t *testing.T) {
	t.Parallel()
	assert.NotContains(t, Names(":8443"), "")
	assert.NotContains(t, Names("[::]:8443"), "::")
	assert.Contains(t, Names("[fd00::1]:8443"), "fd00::1")
	assert.Equal(t, "h.example.org", Names(":1", "h.example.org", "")[0])
	for _, name := range Names("0.0.0.0:1") {
		assert.NotNil(t, name)
		if ip := net.ParseIP(name); ip != nil {
			assert.False(t, ip.IsUnspecified())
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	src, err := os.Open(from)
	require.NoError(t, err)
	defer src.Close()
	dst, err := os.Create(to)
	require.NoError(t, err)
	defer dst.Close()
	_, err = io.Copy(dst, src)
	require.NoError(t, err)
}
