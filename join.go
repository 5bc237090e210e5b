package hawkfish

import (
	"crypto/ed25519"
	"encoding/base64"
)

// JoinToken is what the worker of a registered host shows who it is by: the seed of an Ed25519 key. The fleet keeps the
// public key alone, so that nobody who reads the database, or what Temporal keeps, can speak for the host.
type JoinToken string

// NewJoinToken makes a token of ed25519.SeedSize random bytes.
func NewJoinToken(seed [ed25519.SeedSize]byte) JoinToken {
	return JoinToken(base64.RawURLEncoding.EncodeToString(seed[:]))
}

// Key is what the fleet keeps of a token; nil: it is none.
func (t JoinToken) Key() []byte {
	if key := t.private(); key != nil {
		return key.Public().(ed25519.PublicKey)
	}
	return nil
}

func (t JoinToken) private() ed25519.PrivateKey {
	seed, err := base64.RawURLEncoding.DecodeString(string(t))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil
	}
	return ed25519.NewKeyFromSeed(seed)
}

// Prove signs who an announcement is of; nil: the token is none.
func (t JoinToken) Prove(hostID, machine string) []byte {
	key := t.private()
	if key == nil {
		return nil
	}
	return ed25519.Sign(key, joining(hostID, machine))
}

// Proves reports whether an announcement is of the host whose key this is.
func (a Announcement) Proves(key []byte) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, joining(a.HostID, a.Facts.Machine), a.Proof)
}

func joining(hostID, machine string) []byte {
	return []byte("hawkfish host\x00" + hostID + "\x00" + machine)
}
