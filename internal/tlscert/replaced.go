package tlscert

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	replacedFile = "tls-replaced.pem" // what an administrator has put in place: certificates and key; mode 0600
	pendingFile  = "tls-pending.pem"  // keys of signing requests, the newest first; mode 0600
	maxPending   = 4
)

// Replaceable lets a Keeper show a certificate that an administrator gives it, in place of the one that inner
// keeps, and remember it in dir: every process that uses dir shows it, also after a restart, until the file is removed.
func Replaceable(inner *Keeper, dir string) (*Keeper, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("tls certificate: %w", err)
	}
	path := filepath.Join(dir, replacedFile)
	var seen stamp
	var shown *tls.Certificate
	k, err := keep(inner.log, func(now time.Time) (*tls.Certificate, error) {
		own, was := inner.at(now), shown
		if current := stampOf(path); current == (stamp{}) {
			seen, shown = current, own
		} else if current != seen {
			cert, err := tls.LoadX509KeyPair(path, path)
			if shown = &cert; err != nil {
				inner.log.Error("the tls certificate that was put in place cannot be read; the service's own is shown", "error", err)
				shown = own
			}
			seen = current
		}
		if shown == was {
			return nil, nil
		}
		return shown, nil
	})
	if err != nil {
		return nil, err
	}
	k.dir = dir
	return k, nil
}

// Chain returns the certificates that are shown now, the leaf first.
func (k *Keeper) Chain() []*x509.Certificate {
	var chain []*x509.Certificate
	for _, der := range k.at(time.Now()).Certificate {
		if cert, err := x509.ParseCertificate(der); err == nil {
			chain = append(chain, cert)
		}
	}
	return chain
}

// keys make keys by the names that Request takes.
var keys = map[string]func() (crypto.Signer, error){
	"P-256":    func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) },
	"P-384":    func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P384(), rand.Reader) },
	"RSA-2048": func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) },
	"RSA-3072": func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 3072) },
	"RSA-4096": func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 4096) },
}

// Request makes a key of an algorithm ("P-256", "P-384", "RSA-2048", "RSA-3072", "RSA-4096") and a signing request (PEM) for
// it. The key waits for its certificate in the Keeper's folder, also through restarts.
func (k *Keeper) Request(template *x509.CertificateRequest, algorithm string) ([]byte, error) {
	generate, ok := keys[algorithm]
	if !ok {
		return nil, fmt.Errorf("no keys of kind %s are made", algorithm)
	}
	key, err := generate()
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	k.replacing.Lock()
	defer k.replacing.Unlock()
	pending, err := k.pending()
	if err != nil {
		return nil, err
	}
	pending = append([]*pem.Block{{Type: keyBlock, Bytes: keyDER}}, pending...)
	var text bytes.Buffer
	for _, block := range pending[:min(len(pending), maxPending)] {
		_ = pem.Encode(&text, block) // into memory
	}
	if err := replace(filepath.Join(k.dir, pendingFile), text.Bytes(), 0o600); err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}

const (
	keyBlock         = "PRIVATE KEY"
	certificateBlock = "CERTIFICATE"
)

// pending returns the keys of signing requests.
func (k *Keeper) pending() ([]*pem.Block, error) {
	text, err := os.ReadFile(filepath.Join(k.dir, pendingFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	blocks, _ := blocksOf(text)
	return blocks, nil
}

// Replace shows other certificates, the leaf first in text (PEM), from the next handshake on. The key is the one that text
// holds or, without one, that of a Request or of the certificate shown now.
func (k *Keeper) Replace(text []byte) error {
	k.replacing.Lock()
	defer k.replacing.Unlock()
	blocks, rest := blocksOf(text)
	if len(rest) > 0 {
		return errors.New("it is not PEM to its end")
	}
	var chain bytes.Buffer
	var candidates []*pem.Block
	for _, b := range blocks {
		switch b.Type {
		case certificateBlock:
			_ = pem.Encode(&chain, &pem.Block{Type: certificateBlock, Bytes: b.Bytes}) // into memory
		case keyBlock, "EC PRIVATE KEY", "RSA PRIVATE KEY":
			candidates = append(candidates, b)
		}
	}
	if chain.Len() == 0 {
		return errors.New("there is no certificate in it")
	}
	if len(candidates) == 0 {
		waiting, err := k.pending()
		if err != nil {
			return err
		}
		candidates = waiting
		if shown, err := x509.MarshalPKCS8PrivateKey(k.Certificate().PrivateKey); err == nil {
			candidates = append(candidates, &pem.Block{Type: keyBlock, Bytes: shown})
		}
	}
	for _, key := range candidates {
		pair := slices.Concat(chain.Bytes(), pem.EncodeToMemory(key))
		cert, err := tls.X509KeyPair(pair, pair)
		if err != nil {
			continue
		}
		if time.Now().After(cert.Leaf.NotAfter) {
			return errors.New("it has expired")
		}
		return k.show(&cert, pair, chain.Bytes())
	}
	return errors.New("it belongs to none of the keys that were made for a signing request")
}

// show keeps a pair and shows it.
func (k *Keeper) show(cert *tls.Certificate, pair, public []byte) error {
	if err := replace(filepath.Join(k.dir, replacedFile), pair, 0o600); err != nil {
		return err
	}
	if err := replace(filepath.Join(k.dir, publicFile), public, 0o644); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.current.Store(cert)
	k.log.Info("tls certificate replaced", "expires", cert.Leaf.NotAfter)
	return nil
}

// blocksOf takes PEM apart; rest is what is none.
func blocksOf(text []byte) (blocks []*pem.Block, rest []byte) {
	for {
		block, after := pem.Decode(text)
		if block == nil {
			return blocks, bytes.TrimSpace(text)
		}
		blocks, text = append(blocks, block), after
	}
}
