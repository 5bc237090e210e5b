package control

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

// hashing is argon2id with one lane: a flood of logins must not take every processor. Logins are cached.
var hashing = &argon2id.Params{Memory: 64 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

var errDenied = &hawkfish.Error{Kind: hawkfish.Denied, Resource: "Session", Message: "the user name or the password is wrong"}

// nobody's hash is compared with when there is no such account, so that the answer takes as long.
var nobody = mustHash(rand.Text())

func mustHash(password string) string {
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		panic(err) // only when the system has no randomness
	}
	return hash
}

// Authenticate checks a name and a password (Basic authentication). Denied
// when either is wrong, without saying which. It costs 64 MiB and tens of milliseconds.
func (c *Control) Authenticate(ctx context.Context, userName, password string) (hawkfish.Account, error) {
	account, err := c.FindAccountByName(ctx, userName)
	if err != nil && hawkfish.KindOf(err) != hawkfish.NotFound {
		return hawkfish.Account{}, err
	}
	hash := account.PasswordHash
	setDefault(&hash, nobody)
	ok, compareErr := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil || compareErr != nil || !ok || !account.Enabled {
		return hawkfish.Account{}, errDenied
	}
	return account, nil
}

// Login opens a session and returns its token, which is kept nowhere. Denied when
// the name or the password is wrong, without saying which.
func (c *Control) Login(ctx context.Context, userName, password, origin string) (hawkfish.Session, string, error) {
	account, err := c.Authenticate(ctx, userName, password)
	if err != nil {
		return hawkfish.Session{}, "", err
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	token := hex.EncodeToString(secret)
	hash := sha256.Sum256([]byte(token))
	session, err := c.OpenSession(ctx, hawkfish.Session{
		ID: uuid.NewString(), TokenHash: hash[:], AccountID: account.ID, UserName: account.UserName,
		Origin: origin, ExpiresAt: time.Now().Add(hawkfish.SessionLifetime),
	})
	return session, token, err
}

// SessionAccount returns the account behind a session token, and prolongs the session now and then.
func (c *Control) SessionAccount(ctx context.Context, token string) (hawkfish.Session, hawkfish.Account, error) {
	hash := sha256.Sum256([]byte(token))
	session, err := c.FindSessionByToken(ctx, hash[:])
	if err != nil {
		return hawkfish.Session{}, hawkfish.Account{}, err
	}
	account, err := c.FindAccount(ctx, session.AccountID)
	if err == nil && !account.Enabled {
		err = errDenied
	}
	if err == nil && time.Until(session.ExpiresAt) < hawkfish.SessionLifetime/2 {
		err = c.TouchSession(ctx, session.ID)
	}
	return session, account, err
}

// AdminName is the account that every fleet has.
const AdminName = "admin"

// EnsureAdmin makes the first account, an Administrator, unless there is one of
// that name. Without a password it makes one up, and returns it, once.
func (c *Control) EnsureAdmin(ctx context.Context, password string) (generated string, err error) {
	_, err = c.FindAccountByName(ctx, AdminName)
	if err == nil || hawkfish.KindOf(err) != hawkfish.NotFound {
		return "", err
	}
	if password == "" {
		password = rand.Text()
		generated = password
	}
	_, err = c.CreateAccount(ctx, hawkfish.Account{
		ID: uuid.NewString(), UserName: AdminName, PasswordHash: mustHash(password), RoleID: "Administrator", Enabled: true,
	})
	if err != nil && hawkfish.KindOf(err) == hawkfish.Exists {
		return "", nil // another process was faster
	}
	return generated, err
}
