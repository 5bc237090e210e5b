package control

import (
	"context"
	"crypto/x509"
	"errors"

	"github.com/projectbeskar/hawkfish"
)

// Certificates are those of the listener. Errors that are no *hawkfish.Error tell callers what is wrong with what they sent.
type Certificates interface {
	// Chain is what the listener shows now, the leaf first.
	Chain() []*x509.Certificate
	// Fixed reports that the service's operator has said which certificate is shown.
	Fixed() bool
	// Request makes a key and a signing request (PEM) for it. The key waits for its certificate.
	Request(ctx context.Context, template *x509.CertificateRequest, algorithm string) (csr []byte, err error)
	// Replace has the listeners of all processes show another certificate (PEM, with the rest of its chain and, where no
	// request was made for it, its key) from the next handshakes on, also after restarts.
	Replace(ctx context.Context, pem []byte) error
}

var (
	errNoTLS = &hawkfish.Error{Kind: hawkfish.Unsupported, Resource: "Certificate", Message: "the service does not speak TLS itself"}
	errFixed = &hawkfish.Error{Kind: hawkfish.Unsupported, Resource: "Certificate", Message: "the certificate is that of files which the service's operator keeps"}
)

// ListenerChain returns the certificates that the listener shows; none where it does not speak TLS.
func (c *Control) ListenerChain() []*x509.Certificate {
	if c.Certificates == nil {
		return nil
	}
	return c.Certificates.Chain()
}

// RequestCertificate makes a key and a signing request (PEM) for it.
func (c *Control) RequestCertificate(ctx context.Context, template *x509.CertificateRequest, algorithm string) ([]byte, error) {
	if err := c.replaceable(); err != nil {
		return nil, err
	}
	return c.Certificates.Request(ctx, template, algorithm)
}

// ReplaceCertificate shows another certificate.
func (c *Control) ReplaceCertificate(ctx context.Context, pem string) error {
	if err := c.replaceable(); err != nil {
		return err
	}
	err := c.Certificates.Replace(ctx, []byte(pem))
	if _, known := errors.AsType[*hawkfish.Error](err); err != nil && !known {
		return hawkfish.Refused("/CertificateString", redacted, err.Error())
	}
	return err
}

func (c *Control) replaceable() error {
	switch {
	case c.Certificates == nil:
		return errNoTLS
	case c.Certificates.Fixed():
		return errFixed
	}
	return nil
}
