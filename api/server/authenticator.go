package server

import (
	"context"
	"net/netip"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Authenticator finds out who asks. Its errors are *Throttled, *hawkfish.Error of
// kind Denied or NotFound for wrong credentials, and of other kinds for trouble. Callers it returns
// are shared: never change one.
type Authenticator interface {
	// Basic checks a name and a password.
	Basic(ctx context.Context, userName, password string, from netip.Addr) (*redfish.Caller, error)
	// Token checks a session's token.
	Token(ctx context.Context, token string) (*redfish.Caller, error)
	// Challenges reports whether a reply that refuses someone may ask for Basic authentication.
	Challenges(ctx context.Context) bool
	// Attempt admits a password that someone else checks, as when a session is opened. end, which must be
	// called once, says whether it was right.
	Attempt(ctx context.Context, userName string, from netip.Addr) (end func(right bool), err error)
}

// Throttled refuses an attempt that comes too soon after wrong ones.
type Throttled struct{ After time.Duration }

func (t *Throttled) Error() string { return "too many attempts; again after " + t.After.String() }

// Accounts is what Logins asks; *control.Control is the one. FindAccount is asked
// with every request that is known already, so it should answer from memory (store/cached).
type Accounts interface {
	Authenticate(ctx context.Context, userName, password string) (hawkfish.Account, error)
	SessionAccount(ctx context.Context, token string) (hawkfish.Session, hawkfish.Account, error)
	FindAccount(ctx context.Context, id string) (hawkfish.Account, error)
	// BasicAuth says whether Basic authentication is accepted; asked as often as FindAccount.
	BasicAuth(ctx context.Context) (schemas.BasicAuthState, error)
}

// errNoBasic refuses what the account policy has switched off.
var errNoBasic = &hawkfish.Error{Kind: hawkfish.Denied, Resource: "Session", Message: "Basic authentication is switched off"}

// Logins is the Authenticator over accounts and sessions.
type Logins struct {
	accounts Accounts
	guard    *guard
	verified *verified
}

// NewLogins returns an Authenticator.
func NewLogins(accounts Accounts, limits config.Limits) *Logins {
	return &Logins{accounts: accounts, guard: newGuard(limits), verified: newVerified()}
}

// Basic implements Authenticator. Only the first request with a password, and one in each
// verifiedFor after it, pays for argon2.
func (l *Logins) Basic(ctx context.Context, userName, password string, from netip.Addr) (*redfish.Caller, error) {
	if state, err := l.accounts.BasicAuth(ctx); err != nil {
		return nil, err
	} else if state == schemas.BasicAuthStateDisabled {
		return nil, errNoBasic
	}
	mac := l.verified.key(userName, password)
	if known, ok := l.verified.get(mac, time.Now()); ok {
		account, err := l.accounts.FindAccount(ctx, known.caller.Actor.AccountID)
		if err == nil && account.Enabled && account.Revision == known.revision {
			return known.caller, nil
		}
		l.verified.drop(mac)
		if err != nil && hawkfish.KindOf(err) != hawkfish.NotFound {
			return nil, err
		}
	}
	return l.verified.once(mac, func() (*redfish.Caller, error) {
		// Others may wait for the same answer: it does not depend on whether this client stays.
		return l.verify(context.WithoutCancel(ctx), mac, userName, password, from)
	})
}

// verifyWithin bounds how long a password may wait for its turn and be checked.
const verifyWithin = 10 * time.Second

func (l *Logins) verify(ctx context.Context, mac credential, userName, password string, from netip.Addr) (*redfish.Caller, error) {
	ctx, cancel := context.WithTimeout(ctx, verifyWithin)
	defer cancel()
	end, err := l.Attempt(ctx, userName, from)
	if err != nil {
		return nil, err
	}
	account, err := l.accounts.Authenticate(ctx, userName, password)
	end(hawkfish.KindOf(err) != hawkfish.Denied)
	if err != nil {
		return nil, err
	}
	caller := l.callerOf(account, "")
	l.verified.put(mac, login{caller, account.Revision, time.Now().Add(verifiedFor)})
	return caller, nil
}

// Token implements Authenticator. Nobody guesses 256 random bits, so wrong ones are not counted.
func (l *Logins) Token(ctx context.Context, token string) (*redfish.Caller, error) {
	session, account, err := l.accounts.SessionAccount(ctx, token)
	if err != nil {
		return nil, err
	}
	return l.callerOf(account, session.ID), nil
}

// Challenges implements Authenticator.
func (l *Logins) Challenges(ctx context.Context) bool {
	state, err := l.accounts.BasicAuth(ctx)
	return err != nil || state == schemas.BasicAuthStateEnabled
}

// Attempt implements Authenticator.
func (l *Logins) Attempt(ctx context.Context, userName string, from netip.Addr) (func(right bool), error) {
	return l.guard.attempt(ctx, userName, from)
}

// callerOf says what an account may do and see. sessionID is empty with Basic.
func (*Logins) callerOf(a hawkfish.Account, sessionID string) *redfish.Caller {
	return &redfish.Caller{
		Actor: hawkfish.Actor{
			AccountID: a.ID,
			UserName:  a.UserName,
			SessionID: sessionID,
			Scope:     hawkfish.Scope{All: a.RoleID == string(schemas.RoleAdministrator), Projects: a.Projects},
		},
		Privileges:             a.Privileges,
		Roles:                  a.ProjectRoles,
		PasswordChangeRequired: a.PasswordChangeRequired,
	}
}
