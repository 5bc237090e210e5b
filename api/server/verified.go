package server

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

const (
	verifiedFor = time.Minute // a verified password is believed so long
	maxVerified = 4096        // passwords believed at once
)

// verified remembers which names and passwords have been verified, as keyed hashes: who
// reads this memory learns no password, and an equal hash cannot be made without the key.
type verified struct {
	key32  [32]byte // random, of this process
	hashes sync.Pool
	flight singleflight.Group

	mu     sync.RWMutex
	logins map[credential]login
}

// credential is the HMAC-SHA256 of a name and a password.
type credential [sha256.Size]byte

type login struct {
	caller   *redfish.Caller
	revision int64 // of the account; a change of it ends the belief
	until    time.Time
}

func newVerified() *verified {
	v := &verified{logins: map[credential]login{}}
	_, _ = rand.Read(v.key32[:]) // never fails (crypto/rand)
	v.hashes.New = func() any { return hmac.New(sha256.New, v.key32[:]) }
	return v
}

func (v *verified) key(userName, password string) (c credential) {
	h := v.hashes.Get().(hash.Hash)
	defer v.hashes.Put(h)
	h.Reset()
	buffer := make([]byte, 0, 128)
	buffer = binary.BigEndian.AppendUint32(buffer, uint32(len(userName))) // so that "ab"+"c" is not "a"+"bc"
	buffer = append(buffer, userName...)
	buffer = append(buffer, password...)
	_, _ = h.Write(buffer) // never fails (hash.Hash)
	h.Sum(c[:0])
	return c
}

func (v *verified) get(c credential, now time.Time) (login, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	known, ok := v.logins[c]
	return known, ok && now.Before(known.until)
}

func (v *verified) put(c credential, l login) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.logins) >= maxVerified {
		v.makeRoom(time.Now())
	}
	v.logins[c] = l
}

// makeRoom forgets what is too old or, when nothing is, any one.
func (v *verified) makeRoom(now time.Time) {
	for c, l := range v.logins {
		if now.After(l.until) {
			delete(v.logins, c)
		}
	}
	for c := range v.logins {
		if len(v.logins) < maxVerified {
			return
		}
		delete(v.logins, c)
	}
}

func (v *verified) drop(c credential) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.logins, c)
}

// once runs verify for all who come with the same credentials at the same time.
func (v *verified) once(c credential, verify func() (*redfish.Caller, error)) (*redfish.Caller, error) {
	caller, err, _ := v.flight.Do(string(c[:]), func() (any, error) { return verify() })
	return caller.(*redfish.Caller), err
}
