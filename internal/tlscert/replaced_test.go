package tlscert

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
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

// memory is a vault that keeps nothing from anybody.
type memory struct {
	mu   sync.Mutex
	kept Kept
	race func() // called once, before something is saved
}

func (m *memory) Load(context.Context) (Kept, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept, nil
}

func (m *memory) Save(_ context.Context, kept Kept) (Kept, error) {
	if race := m.race; race != nil {
		m.race = nil
		race()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept.Version != m.kept.Version {
		return kept, ErrChanged
	}
	kept.Version, kept.Unread = kept.Version+"+", nil
	m.kept = kept
	return kept, nil
}

// replaceable is a keeper of a process of its own.
func replaceable(t *testing.T, vault Vault) *Keeper {
	t.Helper()
	dir := t.TempDir()
	inner, err := SelfSigned(dir, []string{"old"}, quiet)
	require.NoError(t, err)
	return Replaceable(inner, vault, dir)
}

// Every process that shares the vault shows what one of them was given, for a request that any of them has made.
func TestReplace(t *testing.T) {
	t.Parallel()
	for algorithm := range keys {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			vault := &memory{}
			k, other := replaceable(t, vault), replaceable(t, vault)
			assert.Equal(t, []string{"old"}, shown(t, k).DNSNames)
			csr, err := k.Request(t.Context(), &x509.CertificateRequest{Subject: pkix.Name{CommonName: "new"}, DNSNames: []string{"new"}}, algorithm)
			require.NoError(t, err)
			later, err := other.Request(t.Context(), &x509.CertificateRequest{DNSNames: []string{"later"}}, "P-256")
			require.NoError(t, err)
			require.NoError(t, other.Replace(t.Context(), sign(t, csr, time.Now().Add(time.Hour))))
			assert.Equal(t, []string{"new"}, shown(t, other).DNSNames)
			assert.Equal(t, "new", other.Chain()[0].Subject.CommonName)

			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() { ended <- k.Follow(ctx) }()
			require.Eventually(t, func() bool { return shown(t, k).DNSNames[0] == "new" }, 10*time.Second, time.Millisecond)
			require.NoError(t, other.Replace(t.Context(), sign(t, later, time.Now().Add(time.Hour))), "a request made before")
			k.Wake()
			require.Eventually(t, func() bool { return shown(t, k).DNSNames[0] == "later" }, 10*time.Second, time.Millisecond)
			public, err := os.ReadFile(filepath.Join(k.dir, publicFile))
			require.NoError(t, err)
			block, rest := pem.Decode(public)
			assert.Equal(t, k.Certificate().Leaf.Raw, block.Bytes, "what clients are to trust")
			assert.Empty(t, rest)
			assert.Equal(t, []string{"later"}, k.at(time.Now().Add(2*lookEvery)).Leaf.DNSNames, "its own does not come back")
			stop()
			require.NoError(t, <-ended)
		})
	}
}

// Two changes at once are both made.
func TestReplaceRaces(t *testing.T) {
	t.Parallel()
	vault := &memory{}
	k, other := replaceable(t, vault), replaceable(t, vault)
	vault.race = func() {
		_, err := other.Request(t.Context(), &x509.CertificateRequest{}, "P-256")
		require.NoError(t, err)
	}
	_, err := k.Request(t.Context(), &x509.CertificateRequest{}, "P-256")
	require.NoError(t, err)
	assert.Len(t, vault.kept.Pending, 2)
	for range 2 * maxPending {
		_, err := k.Request(t.Context(), &x509.CertificateRequest{}, "P-256")
		require.NoError(t, err)
	}
	assert.Len(t, vault.kept.Pending, maxPending)
}

// What cannot be read takes nobody down, and can be replaced.
func TestReplaceTheUnreadable(t *testing.T) {
	t.Parallel()
	vault := &memory{kept: Kept{Version: "1", Unread: errors.New("no key")}}
	k := replaceable(t, vault)
	require.Error(t, k.Look(t.Context()))
	assert.Equal(t, []string{"old"}, shown(t, k).DNSNames)
	_, err := k.Request(t.Context(), &x509.CertificateRequest{}, "P-256")
	require.Error(t, err, "it would be lost")
	vault.kept = Kept{Version: "2", Pair: []byte("broken")}
	require.Error(t, k.Look(t.Context()))
	assert.Equal(t, []string{"old"}, shown(t, k).DNSNames)
	require.NoError(t, k.Replace(t.Context(), pairText(t)))
	assert.Equal(t, []string{"given"}, shown(t, k).DNSNames)
}

// pairText is a certificate with its key.
func pairText(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	_, err := SelfSigned(dir, []string{"given"}, quiet)
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, pairFile))
	require.NoError(t, err)
	return text
}

func TestReplaceRefuses(t *testing.T) {
	t.Parallel()
	k := replaceable(t, &memory{})
	csr, err := k.Request(t.Context(), &x509.CertificateRequest{DNSNames: []string{"new"}}, "P-256")
	require.NoError(t, err)
	other, err := SelfSigned(t.TempDir(), []string{"other"}, quiet)
	require.NoError(t, err)
	foreign := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other.Certificate().Leaf.Raw})
	for name, text := range map[string][]byte{
		"nothing": nil, "no PEM": []byte("hello"), "a key alone": pem.EncodeToMemory(&pem.Block{Type: keyBlock}),
		"another's": foreign, "expired": sign(t, csr, time.Now().Add(-time.Hour)),
	} {
		require.Error(t, k.Replace(t.Context(), text), name)
	}
	assert.Equal(t, []string{"old"}, shown(t, k).DNSNames)
	_, err = k.Request(t.Context(), &x509.CertificateRequest{}, "P-521")
	require.Error(t, err)
	assert.True(t, other.Fixed())
}
