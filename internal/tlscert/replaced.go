package tlscert

import (
	"bytes"
	"context"
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
	"path/filepath"
	"slices"
	"time"
)

const maxPending = 4

// Kept is what a Vault keeps.
type Kept struct {
	Version string   // another one for each content
	Pair    []byte   // PEM: the leaf, the rest of its chain, and its key; empty: none has been put in place
	Pending [][]byte // PEM of the keys of signing requests, the newest first
	Unread  error    // why Pair is not what is kept; it can be replaced all the same
}

// Vault keeps the certificate that an administrator has put in place, for all processes that share the vault, and the keys
// that wait for theirs. It sees to it that nobody else can read them.
type Vault interface {
	Load(ctx context.Context) (Kept, error)
	// Save replaces what is kept. ErrChanged when that is of another Version than kept by now.
	Save(ctx context.Context, kept Kept) (Kept, error)
}

// ErrChanged says that somebody else has changed what is kept.
var ErrChanged = errors.New("somebody else has changed the certificate")

// Replaceable lets a Keeper show the certificate of a vault in place of the one that inner keeps. dir is where the
// certificates that are shown lie, for clients that shall trust them. Follow keeps it up to date.
func Replaceable(inner *Keeper, vault Vault, dir string) *Keeper {
	k := &Keeper{log: inner.log, vault: vault, dir: dir, wake: make(chan struct{}, 1)}
	k.current.Store(inner.Certificate())
	k.refresh = func(now time.Time) (*tls.Certificate, error) {
		show := inner.at(now)
		if replaced := k.replaced.Load(); replaced != nil {
			show = replaced
		}
		if show == k.current.Load() {
			return nil, nil
		}
		return show, nil
	}
	return k
}

// Fixed reports that no other certificate can be put in place.
func (k *Keeper) Fixed() bool { return k.vault == nil }

// lookAgain is how often Follow looks at the vault without having been woken: it guarantees what a Wake only makes fast.
const lookAgain = 30 * time.Second

// Follow shows what is put into the vault, by whomever, until ctx ends. What cannot be read changes nothing.
func (k *Keeper) Follow(ctx context.Context) error {
	if k.Fixed() {
		return nil
	}
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		if err := k.Look(ctx); err != nil && ctx.Err() == nil {
			k.log.ErrorContext(ctx, "the tls certificate that was put in place cannot be read; the one shown stays", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-k.wake:
		case <-tick.C:
		}
	}
}

// Wake makes Follow look at once. It never blocks.
func (k *Keeper) Wake() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Look shows what the vault has now.
func (k *Keeper) Look(ctx context.Context) error {
	k.replacing.Lock()
	defer k.replacing.Unlock()
	kept, err := k.vault.Load(ctx)
	if err = errors.Join(err, kept.Unread); err != nil {
		return err
	}
	return k.show(kept)
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
// it. The key waits for its certificate in the vault.
func (k *Keeper) Request(ctx context.Context, template *x509.CertificateRequest, algorithm string) ([]byte, error) {
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
	text, err := keyText(key)
	if err != nil {
		return nil, err
	}
	_, err = k.change(ctx, func(kept *Kept) error {
		if kept.Unread != nil { // it would be lost
			return kept.Unread
		}
		kept.Pending = append([][]byte{text}, kept.Pending...)
		kept.Pending = kept.Pending[:min(len(kept.Pending), maxPending)]
		return nil
	})
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}

const (
	keyBlock         = "PRIVATE KEY"
	certificateBlock = "CERTIFICATE"
)

func keyText(key any) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: keyBlock, Bytes: der}), err
}

// Replace shows other certificates, the leaf first in text (PEM), from the next handshake on. The key is the one that text
// holds or, without one, that of a Request or of the certificate shown now.
func (k *Keeper) Replace(ctx context.Context, text []byte) error {
	chain, given, err := takeApart(text)
	if err != nil {
		return err
	}
	kept, err := k.change(ctx, func(kept *Kept) error {
		candidates := given
		if len(given) == 0 {
			candidates = slices.Clone(kept.Pending)
			if shown, err := keyText(k.Certificate().PrivateKey); err == nil {
				candidates = append(candidates, shown)
			}
		}
		kept.Pair, err = pairOf(chain, candidates)
		return err
	})
	if err != nil {
		return err
	}
	k.replacing.Lock()
	defer k.replacing.Unlock()
	return k.show(kept)
}

// pairOf puts a chain together with the one of the keys that it belongs to.
func pairOf(chain []byte, candidates [][]byte) ([]byte, error) {
	for _, key := range candidates {
		pair := slices.Concat(chain, key)
		cert, err := tls.X509KeyPair(pair, pair)
		switch {
		case err != nil:
			continue
		case time.Now().After(cert.Leaf.NotAfter):
			return nil, errors.New("it has expired")
		}
		return pair, nil
	}
	return nil, errors.New("it belongs to none of the keys that were made for a signing request")
}

// tries is how often a change is tried in all that meets those of other processes.
const tries = 5

// change changes what is kept. edit may be called more than once.
func (k *Keeper) change(ctx context.Context, edit func(*Kept) error) (Kept, error) {
	for try := 1; ; try++ {
		kept, err := k.vault.Load(ctx)
		if err == nil {
			err = edit(&kept)
		}
		if err == nil {
			kept, err = k.vault.Save(ctx, kept)
		}
		if !errors.Is(err, ErrChanged) || try == tries {
			return kept, err
		}
	}
}

// show shows what is kept, unless it is shown already; the caller holds k.replacing.
func (k *Keeper) show(kept Kept) error {
	if len(kept.Pair) == 0 || kept.Version == k.version {
		return nil
	}
	cert, err := tls.X509KeyPair(kept.Pair, kept.Pair)
	if err != nil {
		return err
	}
	chain, _, err := takeApart(kept.Pair)
	if err != nil {
		return err
	}
	if err := replace(filepath.Join(k.dir, publicFile), chain, 0o644); err != nil {
		return err
	}
	k.version = kept.Version
	if was := k.replaced.Swap(&cert); was == nil || !was.Leaf.Equal(cert.Leaf) {
		k.log.Info("tls certificate replaced", "expires", cert.Leaf.NotAfter)
	}
	k.current.Store(&cert)
	return nil
}

// takeApart separates certificates, which must be there, from keys (PEM).
func takeApart(text []byte) (chain []byte, keys [][]byte, err error) {
	blocks, rest := blocksOf(text)
	if len(rest) > 0 {
		return nil, nil, errors.New("it is not PEM to its end")
	}
	for _, b := range blocks {
		switch b.Type {
		case certificateBlock:
			chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: certificateBlock, Bytes: b.Bytes})...)
		case keyBlock, "EC PRIVATE KEY", "RSA PRIVATE KEY":
			keys = append(keys, pem.EncodeToMemory(b))
		}
	}
	if chain == nil {
		return nil, nil, errors.New("there is no certificate in it")
	}
	return chain, keys, nil
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
