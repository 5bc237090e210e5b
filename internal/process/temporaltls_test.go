package process

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// authority signs certificates, which it writes into a folder.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	a.issue("ca", true)
	return a
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name+".pem") }

func (a *authority) issue(name string, isCA bool) (certificate, key string) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(time.Hour), IsCA: isCA, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	parent, signer := a.cert, a.key
	if isCA {
		parent, signer = template, private
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &private.PublicKey, signer)
	require.NoError(a.t, err)
	if isCA {
		a.key = private
		a.cert, err = x509.ParseCertificate(der)
		require.NoError(a.t, err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(a.t, err)
	for path, block := range map[string]*pem.Block{a.path(name): {Type: "CERTIFICATE", Bytes: der}, a.path(name + "-key"): {Type: "PRIVATE KEY", Bytes: keyDER}} {
		require.NoError(a.t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	}
	return a.path(name), a.path(name + "-key")
}

// A frontend that asks for certificates takes a process that has one of its authority, and no other.
func TestTemporalKnowsProcessesByTheirCertificates(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t), newAuthority(t)
	pair, err := tls.LoadX509KeyPair(ours.issue("temporal", false))
	require.NoError(t, err)
	trusted := x509.NewCertPool()
	trusted.AddCert(ours.cert)
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	frontend := grpc.NewServer(grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: trusted, MinVersion: tls.VersionTLS12,
	})))
	serving := health.NewServer()
	serving.SetServingStatus("temporal.api.workflowservice.v1.WorkflowService", grpc_health_v1.HealthCheckResponse_SERVING)
	grpc_health_v1.RegisterHealthServer(frontend, serving)
	workflowservice.RegisterWorkflowServiceServer(frontend, workflowservice.UnimplementedWorkflowServiceServer{})
	go func() { _ = frontend.Serve(ln) }()
	t.Cleanup(frontend.Stop)

	reaches := func(cfg config.Temporal) bool {
		cfg.TemporalTLS, cfg.TemporalTLSName = config.On, "temporal"
		encryption, err := temporalTLS(cfg)
		require.NoError(t, err)
		service, err := durable.Connect(durable.Config{Address: ln.Addr().String(), Namespace: "x", TLS: encryption, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		defer service.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		_, err = service.Client().CheckHealth(ctx, &client.CheckHealthRequest{})
		return err == nil
	}
	cert, key := ours.issue("kvm1", false)
	strange, strangeKey := theirs.issue("kvm1", false)
	require.True(t, reaches(config.Temporal{TemporalTLSCA: ours.path("ca"), TemporalTLSCert: cert, TemporalTLSKey: key}))
	require.False(t, reaches(config.Temporal{TemporalTLSCA: ours.path("ca"), TemporalTLSCert: strange, TemporalTLSKey: strangeKey}))
	require.False(t, reaches(config.Temporal{TemporalTLSCA: ours.path("ca")}))
	require.False(t, reaches(config.Temporal{TemporalTLSCA: theirs.path("ca"), TemporalTLSCert: cert, TemporalTLSKey: key}))

	encryption, err := temporalTLS(config.Temporal{})
	require.NoError(t, err)
	require.Nil(t, encryption)
	for _, wrong := range []config.Temporal{{TemporalTLSCA: "/nowhere"}, {TemporalTLSCA: ours.path("ca-key")}, {TemporalTLSCert: cert, TemporalTLSKey: strangeKey}} {
		wrong.TemporalTLS = config.On
		_, err := temporalTLS(wrong)
		require.Error(t, err)
	}
}
