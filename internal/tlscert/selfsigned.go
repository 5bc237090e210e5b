package tlscert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	lifetime    = 397 * 24 * time.Hour // what browsers accept at most
	renewBefore = 30 * 24 * time.Hour
	pairFile    = "tls.pem"             // key and certificate, so that both change at once; mode 0600
	publicFile  = "tls-certificate.pem" // the certificate alone, for clients that shall trust it
)

// SelfSigned keeps a self-signed ECDSA P-256 certificate for names (host names and IP
// addresses) in dir. It is made when there is none, when it does not hold
// for one of the names, and 30 days before it expires.
func SelfSigned(dir string, names []string, log *slog.Logger) (*Keeper, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("tls certificate: %w", err)
	}
	var current *tls.Certificate
	return keep(log, func(now time.Time) (*tls.Certificate, error) {
		if current != nil && fits(current, names, now) {
			return nil, nil
		}
		path := filepath.Join(dir, pairFile)
		if stored, err := tls.LoadX509KeyPair(path, path); err == nil && fits(&stored, names, now) {
			current = &stored
			return current, nil
		}
		made, err := create(dir, names, now)
		if err != nil {
			return nil, fmt.Errorf("making a tls certificate: %w", err)
		}
		current = made
		return current, nil
	})
}

func fits(cert *tls.Certificate, names []string, now time.Time) bool {
	if now.Before(cert.Leaf.NotBefore) || now.After(cert.Leaf.NotAfter.Add(-renewBefore)) {
		return false
	}
	return !slices.ContainsFunc(names, func(name string) bool { return cert.Leaf.VerifyHostname(name) != nil })
}

func create(dir string, names []string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{"HawkFish"}, CommonName: names[0]},
		NotBefore:             now.Add(-time.Hour), // clocks differ
		NotAfter:              now.Add(lifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range names {
		if addr, err := netip.ParseAddr(name); err == nil {
			template.IPAddresses = append(template.IPAddresses, net.IP(addr.WithZone("").AsSlice()))
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	pair := slices.Concat(public, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	if err := replace(filepath.Join(dir, pairFile), pair, 0o600); err != nil {
		return nil, err
	}
	if err := replace(filepath.Join(dir, publicFile), public, 0o644); err != nil {
		return nil, err
	}
	cert, err := tls.X509KeyPair(pair, pair)
	return &cert, err
}

// replace writes a file so that a reader, or a crash, sees the old or the new content.
func replace(path string, content []byte, mode os.FileMode) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // made with 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // gone already once renamed
	if _, err = temp.Write(content); err == nil {
		err = temp.Chmod(mode)
	}
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
