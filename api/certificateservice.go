package api

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"net"
	"strconv"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// certificateServiceView is the CertificateService (DSP0268).
type certificateServiceView struct {
	ID        string        `json:"Id"`
	Name      string        `json:"Name"`
	Locations *redfish.Link `json:"CertificateLocations"`
}

// certificateLocationsView lists every certificate (DSP0268, CertificateLocations).
type certificateLocationsView struct {
	ID    string `json:"Id"`
	Name  string `json:"Name"`
	Links struct {
		Certificates []redfish.Link `json:"Certificates"`
	} `json:"Links"`
}

// csrRequest are the parameters of GenerateCSR.
type csrRequest struct {
	Collection   redfish.Link       `json:"CertificateCollection" validate:"required"`
	CommonName   string             `json:"CommonName" validate:"required,min=1,max=253"`
	Organization string             `json:"Organization" validate:"required,max=255"`
	Unit         string             `json:"OrganizationalUnit" validate:"required,max=255"`
	City         string             `json:"City" validate:"required,max=255"`
	State        string             `json:"State" validate:"required,max=255"`
	Country      string             `json:"Country" validate:"required,max=255"`
	Email        string             `json:"Email" validate:"max=255"`
	Alternatives []string           `json:"AlternativeNames" validate:"max=64"`
	Algorithm    keyAlgorithm       `json:"KeyPairAlgorithm"`
	BitLength    int                `json:"KeyBitLength" validate:"min=2048,max=4096"`
	Curve        keyCurve           `json:"KeyCurveId"`
	KeyUsage     []schemas.KeyUsage `json:"KeyUsage"`
}

// keyAlgorithm is what a key is made for, in the words of the TCG Algorithm Registry, as the schema wants.
type keyAlgorithm string

// Values lists the algorithms; the first is taken when none is named.
func (keyAlgorithm) Values() []string { return []string{"TPM_ALG_ECDSA", "TPM_ALG_ECC", "TPM_ALG_RSA"} }

// keyCurve is an elliptic curve in the words of the TCG Algorithm Registry.
type keyCurve string

// Values lists the curves; the first is taken when none is named.
func (keyCurve) Values() []string { return []string{"TPM_ECC_NIST_P256", "TPM_ECC_NIST_P384"} }

// key returns the key's kind as control.Certificates names it.
func (r csrRequest) key() string {
	switch {
	case r.Algorithm == "TPM_ALG_RSA":
		return "RSA-" + strconv.Itoa(max(2048, r.BitLength))
	case r.Curve == "TPM_ECC_NIST_P384":
		return "P-384"
	}
	return "P-256"
}

func (r csrRequest) template() *x509.CertificateRequest {
	some := func(value string) []string {
		if value == "" {
			return nil
		}
		return []string{value}
	}
	t := &x509.CertificateRequest{
		Subject: pkix.Name{
			CommonName: r.CommonName, Organization: some(r.Organization), OrganizationalUnit: some(r.Unit),
			Locality: some(r.City), Province: some(r.State), Country: some(r.Country),
		},
		EmailAddresses: some(r.Email),
	}
	for _, name := range append([]string{r.CommonName}, r.Alternatives...) {
		if ip := net.ParseIP(name); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, name)
		}
	}
	return t
}

// csrResponse is what GenerateCSR answers.
type csrResponse struct {
	Collection redfish.Link `json:"CertificateCollection"`
	CSR        string       `json:"CSRString"`
}

// replacement are the parameters of ReplaceCertificate.
type replacement struct {
	String string                  `json:"CertificateString" validate:"required,max=65536" secret:"true"` // a key may be in it
	Type   schemas.CertificateType `json:"CertificateType" validate:"required"`
	URI    redfish.Link            `json:"CertificateUri" validate:"required"`
}

const (
	certificatesPath = "/redfish/v1/Managers/" + serviceManager + "/NetworkProtocol/HTTPS/Certificates"
	certificatePath  = certificatesPath + "/" + theCertificate
)

func certificateService(c *control.Control) []redfish.Resource {
	generate := redfish.Do("GenerateCSR", func(ctx context.Context, _ *redfish.Request, _ struct{}, p csrRequest) (redfish.Result, error) {
		if p.Collection.ODataID != certificatesPath {
			return redfish.Result{}, hawkfish.Refused("/CertificateCollection", p.Collection.ODataID, "it must be "+certificatesPath)
		}
		csr, err := c.RequestCertificate(ctx, p.template(), p.key())
		if err != nil {
			return redfish.Result{}, err
		}
		body, err := json.Marshal(csrResponse{p.Collection, string(csr)})
		return redfish.Document("", body), err
	})
	replace := redfish.Do("ReplaceCertificate", func(ctx context.Context, _ *redfish.Request, _ struct{}, p replacement) (redfish.Result, error) {
		if p.URI.ODataID != certificatePath {
			return redfish.Result{}, hawkfish.Refused("/CertificateUri", p.URI.ODataID, "it must be "+certificatePath)
		}
		if err := c.ReplaceCertificate(ctx, p.String); err != nil {
			return redfish.Result{}, err
		}
		return redfish.Found("Certificate", c.ListenerChain()), nil
	})
	accepted := func(struct{}) []string {
		return []string{string(schemas.CertificateTypePEM), string(schemas.CertificateTypePEMchain)}
	}
	service := redfish.Define(redfish.Spec[certificateServiceView, struct{}]{
		Type: schemas.TypeCertificateService, Path: "/redfish/v1/CertificateService", Load: nothing, Revision: unchanging,
		Show: func(to redfish.Links, _ struct{}) certificateServiceView {
			return certificateServiceView{ID: "CertificateService", Name: "Certificates", Locations: to.To("CertificateLocations", "")}
		},
		Actions: []redfish.ActionOf[struct{}]{generate, redfish.Allowing(replace, "CertificateType", accepted)},
	})
	locations := redfish.Define(redfish.Spec[certificateLocationsView, bool]{
		Type: schemas.TypeCertificateLocations, Path: "/redfish/v1/CertificateService/CertificateLocations",
		Load: func(context.Context, *redfish.Request) (bool, error) { return c.ListenerChain() != nil, nil },
		Show: func(to redfish.Links, some bool) certificateLocationsView {
			v := certificateLocationsView{ID: "CertificateLocations", Name: "Where certificates are"}
			v.Links.Certificates = []redfish.Link{}
			if some {
				v.Links.Certificates = append(v.Links.Certificates, *to.To("Certificate", serviceManager+"/"+theCertificate))
			}
			return v
		},
	})
	return []redfish.Resource{service, locations}
}
