// Package tlscert holds the certificate that a TLS listener shows: a self-signed one that it
// makes and renews, or files that it reads again when they change, or one that an administrator has
// put in its place. None needs a restart.
// It does not know who listens.
package tlscert

import (
	"crypto/tls"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// lookEvery is how often a handshake checks whether the certificate has changed or grows old.
const lookEvery = time.Second

// Keeper holds the current certificate.
type Keeper struct {
	current atomic.Pointer[tls.Certificate]
	log     *slog.Logger

	// Of a Replaceable one:
	vault     Vault // nil: it is none
	dir       string
	wake      chan struct{}
	replacing sync.Mutex // one look at the vault at a time
	version   string     // of what is kept and shown
	replaced  atomic.Pointer[tls.Certificate]

	mu      sync.Mutex // one handshake at a time looks for a newer certificate
	nextAt  time.Time
	refresh func(now time.Time) (*tls.Certificate, error) // nil, nil: the current one is good
}

func keep(log *slog.Logger, refresh func(now time.Time) (*tls.Certificate, error)) (*Keeper, error) {
	k := &Keeper{log: log, refresh: refresh}
	now := time.Now()
	cert, err := refresh(now)
	if err != nil {
		return nil, err
	}
	k.current.Store(cert)
	k.nextAt = now.Add(lookEvery)
	return k, nil
}

// Config returns what a listener needs: TLS 1.2 at least. NextProtos is for one that speaks HTTP/1.1 only.
func (k *Keeper) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return k.at(time.Now()), nil
		},
	}
}

// Certificate returns the certificate shown now.
func (k *Keeper) Certificate() *tls.Certificate { return k.current.Load() }

// at returns the certificate, looked for anew when the last look was long ago. A look that fails keeps the
// one there is: a half-written file must not take the service down.
func (k *Keeper) at(now time.Time) *tls.Certificate {
	if !k.mu.TryLock() {
		return k.current.Load() // someone else looks
	}
	defer k.mu.Unlock()
	if now.Before(k.nextAt) {
		return k.current.Load()
	}
	k.nextAt = now.Add(lookEvery)
	switch cert, err := k.refresh(now); {
	case err != nil:
		k.log.Error("tls certificate not renewed; the old one stays", "error", err)
	case cert != nil:
		k.current.Store(cert)
		k.log.Info("tls certificate renewed", "expires", cert.Leaf.NotAfter)
	}
	return k.current.Load()
}
