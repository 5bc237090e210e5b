package durability

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/port"
	"github.com/projectbeskar/hawkfish/dev/stack"
)

const replaceURI = "/redfish/v1/CertificateService/Actions/CertificateService.ReplaceCertificate"

// madeFor is a certificate for the stack's address, and its key.
func madeFor(t *testing.T, serial int64) (chain, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	text, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: text})
}

// shows checks which certificate a listener shows.
func shows(ctx context.Context, base string, serial int64) error {
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} // who it is, is what is asked
	conn, err := dialer.DialContext(ctx, "tcp", strings.TrimPrefix(base, "https://"))
	if err != nil {
		return err
	}
	defer conn.Close()
	if got := conn.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber; got.Cmp(big.NewInt(serial)) != 0 {
		return fmt.Errorf("%s shows the certificate %v", base, got)
	}
	return nil
}

// A certificate that is put in place through one API is shown by all of them, and by those that start later; its key
// is nowhere to be read.
func TestReplacedCertificateIsShownByAll(t *testing.T) {
	t.Parallel()
	secrets := make([]byte, 32)
	_, err := rand.Read(secrets)
	require.NoError(t, err)
	s := stack.Start(t, stack.Options{Env: map[string]string{"HAWKFISH_SECRET_KEYS": "k1:" + base64.StdEncoding.EncodeToString(secrets)}})
	f := &fleet{Stack: s, t: t}
	var second, blind int
	require.NoError(t, port.Choose(port.Loopback, &second, &blind))
	api2 := func(name string, at int, env map[string]string) (base string) {
		dir := filepath.Join(s.Dir, name)
		require.NoError(t, os.Mkdir(dir, 0o755))
		all := map[string]string{"HAWKFISH_LISTEN": port.Address(port.Loopback, at), "HAWKFISH_STATE_DIR": dir}
		for key, value := range env {
			all[key] = value
		}
		s.Add(stack.Extra{Name: name, Program: stack.Program(t), Args: []string{"api"}, Env: all, Address: port.Address(port.Loopback, at)})
		return "https://" + port.Address(port.Loopback, at)
	}
	other := api2("api-2", second, nil)

	var keys [][]byte
	for i, base := range []string{s.Base, other} {
		chain, key := madeFor(t, int64(100+i))
		keys = append(keys, key)
		client := stack.NewClient(t, base, filepath.Join(map[string]string{s.Base: s.Dir, other: filepath.Join(s.Dir, "api-2")}[base], "tls-certificate.pem"), "admin", passwordOf(s))
		answer := client.Post(replaceURI, map[string]any{
			"CertificateString": string(chain) + string(key), "CertificateType": "PEMchain",
			"CertificateUri": map[string]string{"@odata.id": "/redfish/v1/Managers/HawkFish/NetworkProtocol/HTTPS/Certificates/1"},
		})
		require.Equal(t, http.StatusOK, answer.Status, "%s", answer)
		asked := time.Now()
		for _, at := range []string{s.Base, other} {
			f.eventually(10*time.Second, func(ctx context.Context) error { return shows(ctx, at, int64(100+i)) })
		}
		t.Logf("shown by all %d ms after the answer", time.Since(asked).Milliseconds())
	}
	for _, name := range []string{stack.API, "api-2"} {
		s.Kill(name)
		s.Start(name)
		s.WaitReady(name)
	}
	for _, at := range []string{s.Base, other} {
		require.NoError(t, shows(t.Context(), at, 101), "after a restart")
	}
	keyless := api2("api-3", blind, map[string]string{"HAWKFISH_SECRET_KEYS": "k2:" + base64.StdEncoding.EncodeToString(slices.Repeat([]byte{7}, 32))})
	require.Error(t, shows(t.Context(), keyless, 101), "it cannot read the key")

	kept, err := s.Store.KeptCertificate(t.Context())
	require.NoError(t, err)
	assert.NotContains(t, string(kept.Shown.Data), "PRIVATE KEY")
	for _, key := range keys {
		nowhere(t, s.Dir, bytes.TrimSpace(bytes.Split(key, []byte("\n"))[1]))
	}
}

func passwordOf(s *stack.Stack) string { _, password := s.Credentials(); return password }

// nowhere checks that no file in a folder holds a text.
func nowhere(t *testing.T, dir string, text []byte) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return nil // PostgreSQL's files come and go
		}
		content, err := os.ReadFile(path)
		if err == nil && bytes.Contains(content, text) {
			t.Errorf("%s holds the key", path)
		}
		return nil
	}))
}
