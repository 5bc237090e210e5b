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
	"github.com/projectbeskar/hawkfish/schemas"
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

// Authenticate checks a name and a password. Denied when either is wrong, or when the account is disabled
// or locked, without saying which. It costs 64 MiB and tens of milliseconds.
//
// Wrong passwords count against the account, and lock it for a while, by the account policy.
func (c *Control) Authenticate(ctx context.Context, userName, password string) (hawkfish.Account, error) {
	account, err := c.FindAccountByName(ctx, userName)
	if err != nil && hawkfish.KindOf(err) != hawkfish.NotFound {
		return hawkfish.Account{}, err
	}
	hash := account.PasswordHash
	setDefault(&hash, nobody)
	right, compareErr := argon2id.ComparePasswordAndHash(password, hash)
	switch {
	case err != nil || account.Locked():
		return hawkfish.Account{}, errDenied
	case compareErr != nil || !right:
		return hawkfish.Account{}, c.noteFailure(ctx, account.ID)
	case !account.Enabled:
		return hawkfish.Account{}, errDenied
	}
	return account, c.ForgetFailures(ctx, account.ID)
}

func (c *Control) noteFailure(ctx context.Context, accountID string) error {
	settings, err := c.Settings(ctx)
	if err == nil {
		err = c.NoteFailure(ctx, accountID, settings.Accounts.Lockout)
	}
	if err != nil {
		return err
	}
	return errDenied
}

// BasicAuth says what becomes of HTTP Basic authentication.
func (c *Control) BasicAuth(ctx context.Context) (schemas.BasicAuthState, error) {
	settings, err := c.Settings(ctx)
	return settings.Accounts.BasicAuth, err
}

// Login opens a session and returns its token, which is kept nowhere. It is denied as Authenticate is.
func (c *Control) Login(ctx context.Context, userName, password, origin string) (hawkfish.Session, hawkfish.Account, string, error) {
	account, err := c.Authenticate(ctx, userName, password)
	if err != nil {
		return hawkfish.Session{}, account, "", err
	}
	settings, err := c.Settings(ctx)
	if err != nil {
		return hawkfish.Session{}, account, "", err
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	token := hex.EncodeToString(secret)
	hash := sha256.Sum256([]byte(token))
	session, err := c.OpenSession(ctx, hawkfish.Session{
		ID: uuid.NewString(), TokenHash: hash[:], AccountID: account.ID, UserName: account.UserName, Origin: origin,
	}, settings.Sessions.Lifetime()+slack(settings.Sessions))
	return session, account, token, err
}

// slack is how much longer than its timeout a session lives: its use is written down no more often than this, and
// none shall end early.
func slack(p hawkfish.SessionPolicy) time.Duration { return p.Lifetime() / 20 }

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
	if err != nil {
		return session, account, err
	}
	settings, err := c.Settings(ctx)
	if err == nil && time.Until(session.ExpiresAt) < settings.Sessions.Lifetime() {
		err = c.TouchSession(ctx, session.ID, settings.Sessions.Lifetime()+slack(settings.Sessions))
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
