package process

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/projectbeskar/hawkfish/internal/config"
)

// temporalTLS is how connections to Temporal are encrypted, and how Temporal knows this process by its certificate; nil: they are
// not encrypted. Certificate and key are read again for each connection, so that they can be renewed while it runs.
func temporalTLS(cfg config.Temporal) (*tls.Config, error) {
	if cfg.TemporalTLS != config.On {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: cfg.TemporalTLSName}
	if cfg.TemporalTLSCA != "" {
		text, err := os.ReadFile(cfg.TemporalTLSCA)
		if err != nil {
			return nil, fmt.Errorf("HAWKFISH_TEMPORAL_TLS_CA: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(text) {
			return nil, errors.New("HAWKFISH_TEMPORAL_TLS_CA: there is no certificate in " + cfg.TemporalTLSCA)
		}
	}
	if cfg.TemporalTLSCert == "" {
		return c, nil
	}
	load := func() (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(cfg.TemporalTLSCert, cfg.TemporalTLSKey)
		if err != nil {
			return nil, fmt.Errorf("HAWKFISH_TEMPORAL_TLS_CERT: %w", err)
		}
		return &pair, nil
	}
	if _, err := load(); err != nil { // what is wrong shows at the start
		return nil, err
	}
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return load() }
	return c, nil
}
