package control

import (
	"context"
	"crypto/x509"

	"github.com/projectbeskar/hawkfish"
)

// Certificates are those of the listener. Errors tell callers what is wrong with what they sent.
type Certificates interface {
	// Chain is what the listener shows now, the leaf first.
	Chain() []*x509.Certificate
	// Request makes a key and a signing request (PEM) for it. The key waits for its certificate.
	Request(template *x509.CertificateRequest, algorithm string) (csr []byte, err error)
	// Replace shows another certificate (PEM, with the rest of its chain and, where no request was made for
	// it, its key) from the next handshake on, also after a restart.
	Replace(pem []byte) error
}

var errNoTLS = &hawkfish.Error{Kind: hawkfish.Unsupported, Resource: "Certificate", Message: "the service does not speak TLS itself"}

// ListenerChain returns the certificates that the listener shows; none where it does not speak TLS.
func (c *Control) ListenerChain() []*x509.Certificate {
	if c.Certificates == nil {
		return nil
	}
	return c.Certificates.Chain()
}

// RequestCertificate makes a key and a signing request (PEM) for it.
func (c *Control) RequestCertificate(_ context.Context, template *x509.CertificateRequest, algorithm string) ([]byte, error) {
	if c.Certificates == nil {
		return nil, errNoTLS
	}
	return c.Certificates.Request(template, algorithm)
}

// ReplaceCertificate shows another certificate.
func (c *Control) ReplaceCertificate(_ context.Context, pem string) error {
	if c.Certificates == nil {
		return errNoTLS
	}
	if err := c.Certificates.Replace([]byte(pem)); err != nil {
		return hawkfish.Refused("/CertificateString", redacted, err.Error())
	}
	return nil
}
