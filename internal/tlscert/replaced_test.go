package tlscert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sign plays the authority that a signing request is taken to.
func sign(t *testing.T, csr []byte, until time.Time) []byte {
	t.Helper()
	block, _ := pem.Decode(csr)
	request, err := x509.ParseCertificateRequest(block.Bytes)
	require.NoError(t, err)
	require.NoError(t, request.CheckSignature())
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: until}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: request.Subject, DNSNames: request.DNSNames, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, authority, request.PublicKey, key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// shown is what a client sees.
func shown(t *testing.T, k *Keeper) *x509.Certificate {
	t.Helper()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", k.Config())
	require.NoError(t, err)
	defer ln.Close()
	go func() {
		conn, err := ln.Accept()
		if err == nil {
			_ = conn.(*tls.Conn).Handshake()
			_ = conn.Close()
		}
	}()
	raw, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
	require.NoError(t, conn.Handshake())
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0]
}

func TestReplace(t *testing.T) {
	t.Parallel()
	for algorithm := range keys {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			inner, err := SelfSigned(dir, []string{"old"}, quiet)
			require.NoError(t, err)
			k, err := Replaceable(inner, dir)
			require.NoError(t, err)
			assert.Equal(t, []string{"old"}, shown(t, k).DNSNames)

			csr, err := k.Request(&x509.CertificateRequest{Subject: pkix.Name{CommonName: "new"}, DNSNames: []string{"new"}}, algorithm)
			require.NoError(t, err)
			later, err := k.Request(&x509.CertificateRequest{DNSNames: []string{"later"}}, "P-256")
			require.NoError(t, err)
			require.NoError(t, k.Replace(sign(t, csr, time.Now().Add(time.Hour))))
			assert.Equal(t, []string{"new"}, shown(t, k).DNSNames)
			assert.Equal(t, "new", k.Chain()[0].Subject.CommonName)

			again, err := SelfSigned(dir, []string{"old"}, quiet)
			require.NoError(t, err)
			restarted, err := Replaceable(again, dir)
			require.NoError(t, err)
			assert.Equal(t, []string{"new"}, shown(t, restarted).DNSNames, "after a restart")
			require.NoError(t, restarted.Replace(sign(t, later, time.Now().Add(time.Hour))), "a request made before the restart")
			assert.Equal(t, []string{"later"}, k.at(time.Now().Add(2*lookEvery)).Leaf.DNSNames, "another process with the folder")

			info, err := os.Stat(filepath.Join(dir, replacedFile))
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o600), info.Mode())
		})
	}
}

func TestReplaceRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inner, err := SelfSigned(dir, []string{"old"}, quiet)
	require.NoError(t, err)
	k, err := Replaceable(inner, dir)
	require.NoError(t, err)
	csr, err := k.Request(&x509.CertificateRequest{DNSNames: []string{"new"}}, "P-256")
	require.NoError(t, err)
	other, err := SelfSigned(t.TempDir(), []string{"other"}, quiet)
	require.NoError(t, err)
	foreign := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other.Certificate().Leaf.Raw})
	for name, text := range map[string][]byte{
		"nothing": nil, "no PEM": []byte("hello"), "a key alone": pem.EncodeToMemory(&pem.Block{Type: keyBlock}),
		"another's": foreign, "expired": sign(t, csr, time.Now().Add(-time.Hour)),
	} {
		require.Error(t, k.Replace(text), name)
	}
	assert.Equal(t, []string{"old"}, shown(t, k).DNSNames)
	_, err = k.Request(&x509.CertificateRequest{}, "P-521")
	require.Error(t, err)

	require.NoError(t, os.WriteFile(filepath.Join(dir, replacedFile), []byte("broken"), 0o600))
	again, err := Replaceable(inner, dir)
	require.NoError(t, err)
	assert.Equal(t, []string{"old"}, shown(t, again).DNSNames, "a broken file takes nobody down")
}
