package api

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// certificateView is a Certificate (DSP0268) as callers see it.
type certificateView struct {
	ID            string                         `json:"Id"`
	Name          string                         `json:"Name"`
	String        string                         `json:"CertificateString"`
	Type          schemas.CertificateType        `json:"CertificateType"`
	Usage         []schemas.CertificateUsageType `json:"CertificateUsageTypes"`
	Issuer        identifierView                 `json:"Issuer"`
	Subject       identifierView                 `json:"Subject"`
	NotBefore     time.Time                      `json:"ValidNotBefore"`
	NotAfter      time.Time                      `json:"ValidNotAfter"`
	SerialNumber  string                         `json:"SerialNumber"`
	Fingerprint   string                         `json:"Fingerprint"`
	FingerprintBy string                         `json:"FingerprintHashAlgorithm"`
	Signature     string                         `json:"SignatureAlgorithm"`
}

// identifierView names an issuer or a subject.
type identifierView struct {
	CommonName   string   `json:"CommonName,omitempty"`
	Organization string   `json:"Organization,omitempty"`
	Unit         string   `json:"OrganizationalUnit,omitempty"`
	City         string   `json:"City,omitempty"`
	State        string   `json:"State,omitempty"`
	Country      string   `json:"Country,omitempty"`
	Alternatives []string `json:"AlternativeNames,omitempty"`
}

// theCertificate is the Id of the one certificate that the listener has.
const theCertificate = "1"

func certificates(c *control.Control) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeCertificateCollection,
		Title: "HTTPS certificates",
		Path:  "/redfish/v1/Managers/{id}/NetworkProtocol/HTTPS/Certificates",
		Of:    "Certificate",
		List: func(_ context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			if err := onService(req, "CertificateCollection"); err != nil {
				return nil, 0, err
			}
			var keys []string
			if c.ListenerChain() != nil {
				keys = []string{serviceManager + "/" + theCertificate}
			}
			return redfish.Slice(keys, page), len(keys), nil
		},
	})
	certificate := redfish.Define(redfish.Spec[certificateView, []*x509.Certificate]{
		Type: schemas.TypeCertificate,
		Path: "/redfish/v1/Managers/{id}/NetworkProtocol/HTTPS/Certificates/{certificate}",
		Load: func(_ context.Context, req *redfish.Request) ([]*x509.Certificate, error) {
			if err := onService(req, "Certificate"); err != nil {
				return nil, err
			}
			chain := c.ListenerChain()
			if chain == nil || req.Var("certificate") != theCertificate {
				return nil, hawkfish.Missing("Certificate", req.Var("certificate"))
			}
			return chain, nil
		},
		Key:  func([]*x509.Certificate) string { return serviceManager + "/" + theCertificate },
		Show: func(_ redfish.Links, chain []*x509.Certificate) certificateView { return showCertificate(chain) },
	})
	return append([]redfish.Resource{collection, certificate}, certificateService(c)...)
}

func showCertificate(chain []*x509.Certificate) certificateView {
	leaf := chain[0]
	v := certificateView{
		ID: theCertificate, Name: "HTTPS certificate", Type: schemas.CertificateTypePEM,
		Usage:  []schemas.CertificateUsageType{schemas.CertificateUsageTypeWeb},
		Issuer: identifierOf(leaf.Issuer), Subject: identifierOf(leaf.Subject),
		NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC(), SerialNumber: colons(leaf.SerialNumber.Bytes()),
		FingerprintBy: "TPM_ALG_SHA256", Signature: leaf.SignatureAlgorithm.String(),
	}
	if len(chain) > 1 {
		v.Type = schemas.CertificateTypePEMchain
	}
	digest := sha256.Sum256(leaf.Raw)
	v.Fingerprint = colons(digest[:])
	v.Subject.Alternatives = append(v.Subject.Alternatives, leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		v.Subject.Alternatives = append(v.Subject.Alternatives, ip.String())
	}
	var text strings.Builder
	for _, cert := range chain {
		text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))
	}
	v.String = text.String()
	return v
}

func identifierOf(n pkix.Name) identifierView {
	first := func(values []string) string {
		if len(values) == 0 {
			return ""
		}
		return values[0]
	}
	return identifierView{
		CommonName: n.CommonName, Organization: first(n.Organization), Unit: first(n.OrganizationalUnit),
		City: first(n.Locality), State: first(n.Province), Country: first(n.Country),
	}
}

// colons writes bytes as "01:ab:...".
func colons(raw []byte) string {
	parts := make([]string, len(raw))
	for i, b := range raw {
		parts[i] = fmt.Sprintf("%02x", b)
	}
	return strings.Join(parts, ":")
}
