// Package keyring encrypts small pieces of data under keys that are replaced
// from time to time: the first key of a ring encrypts, all of them decrypt. It
// does not know what it encrypts, nor where the keys come from.
package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// KeyBytes is how long a key is: AES-256's.
const KeyBytes = 32

// Off, as the first entry of a ring, encrypts nothing: the other keys only decrypt.
const Off = "off"

// Ring holds keys. The zero Ring, and nil, encrypt nothing and decrypt nothing.
type Ring struct {
	first string // that encrypts; empty: none
	keys  map[string][]byte
	ids   []string // in order, for messages
}

// UnknownKeyError says that data was encrypted with a key that is not in the ring.
type UnknownKeyError struct {
	ID    string
	Known []string
}

func (e *UnknownKeyError) Error() string {
	known := "there is none"
	if len(e.Known) > 0 {
		known = "there is " + strings.Join(e.Known, ", ")
	}
	return fmt.Sprintf("encrypted with the key %q, which is not configured here: %s", e.ID, known)
}

var validID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Parse reads entries of the form id:key, separated by commas or line ends, where key is KeyBytes in base64 (RFC 4648,
// section 4). Lines that begin with # are left out. The first entry may be Off. Its errors never hold a key.
func Parse(text string) (*Ring, error) {
	ring := &Ring{keys: map[string][]byte{}}
	entries := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for entry := range strings.SplitSeq(line, ",") {
			if entry = strings.TrimSpace(entry); entry == "" {
				continue
			}
			entries++
			if entry == Off && entries == 1 {
				continue
			}
			if err := ring.add(entry, entries == 1); err != nil {
				return nil, fmt.Errorf("entry %d: %w", entries, err)
			}
		}
	}
	return ring, nil
}

func (r *Ring) add(entry string, first bool) error {
	id, text, _ := strings.Cut(entry, ":")
	if !validID.MatchString(id) {
		return errors.New("it does not begin with an id of letters, digits, '.', '_' and '-', and a colon")
	}
	if _, twice := r.keys[id]; twice || id == Off {
		return fmt.Errorf("the id %s is taken", id)
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != KeyBytes {
		return fmt.Errorf("the key %s is not %d bytes in base64", id, KeyBytes)
	}
	r.keys[id], r.ids = key, append(r.ids, id)
	if first {
		r.first = id
	}
	return nil
}

// Encrypts reports whether Seal does anything.
func (r *Ring) Encrypts() bool { return r != nil && r.first != "" }

// saltBytes, with GCM's own 12 bytes of nonce, make a repetition under one key as good as impossible: GCM's
// nonce alone allows 2^32 encryptions (NIST SP 800-38D, 8.3), which a busy fleet makes in weeks.
const saltBytes = 16

// Seal encrypts data with the first key, and says which one that was. label is bound to the data: Open needs the same.
func (r *Ring) Seal(data []byte, label string) (id string, sealed []byte, err error) {
	salt := make([]byte, saltBytes, saltBytes+len(data)+overhead)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	aead, err := derive(r.keys[r.first], salt)
	if err != nil {
		return "", nil, err
	}
	return r.first, aead.Seal(salt, nil, data, associated(label, r.first)), nil
}

// overhead is what GCM adds: nonce and tag.
const overhead = 12 + 16

// Open decrypts what Seal made. It is *UnknownKeyError when the key is not in the ring.
func (r *Ring) Open(id string, sealed []byte, label string) ([]byte, error) {
	if r == nil {
		return nil, &UnknownKeyError{ID: id}
	}
	key, ok := r.keys[id]
	if !ok {
		return nil, &UnknownKeyError{ID: id, Known: slices.Clone(r.ids)}
	}
	if len(sealed) < saltBytes+overhead {
		return nil, fmt.Errorf("encrypted with the key %s, but cut off", id)
	}
	aead, err := derive(key, sealed[:saltBytes])
	if err != nil {
		return nil, err
	}
	data, err := aead.Open(nil, nil, sealed[saltBytes:], associated(label, id))
	if err != nil {
		return nil, fmt.Errorf("changed since it was encrypted, or encrypted with another key that was called %s, too: %w", id, err)
	}
	return data, nil
}

// associated is what the tag covers besides the data.
func associated(label, id string) []byte { return []byte(label + "\x00" + id) }

// derive returns the cipher for one piece of data. Keys are random and as long as the hash: they need no extraction (RFC 5869, 3.3).
func derive(key, salt []byte) (cipher.AEAD, error) {
	derived, err := hkdf.Expand(sha256.New, key, "hawkfish keyring 1"+string(salt), KeyBytes)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
