package server

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/schemas"
)

// people are accounts in memory, whose password is "right".
type people struct {
	mu       sync.Mutex
	accounts map[string]hawkfish.Account // by ID

	checked, atOnce, most atomic.Int32
	gate                  chan struct{} // when set, each check of a password takes one
	down                  atomic.Bool
	basic                 schemas.BasicAuthState // empty: Enabled
}

func newPeople() *people {
	return &people{accounts: map[string]hawkfish.Account{
		"1": {ID: "1", UserName: "admin", RoleID: "Administrator", Privileges: schemas.RoleAdministrator.AssignedPrivileges(), Enabled: true, Revision: 1},
		"2": {ID: "2", UserName: "reader", RoleID: "ReadOnly", Privileges: schemas.RoleReadOnly.AssignedPrivileges(), Enabled: true, Projects: []string{"p"}, Revision: 1},
	}}
}

func (p *people) Authenticate(ctx context.Context, userName, password string) (hawkfish.Account, error) {
	p.checked.Add(1)
	p.most.Store(max(p.most.Load(), p.atOnce.Add(1)))
	defer p.atOnce.Add(-1)
	if p.gate != nil {
		<-p.gate
	}
	if p.down.Load() {
		return hawkfish.Account{}, hawkfish.Down("PostgreSQL", nil)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, a := range p.accounts {
		if a.UserName == userName && password == "right" && a.Enabled {
			return a, nil
		}
	}
	return hawkfish.Account{}, &hawkfish.Error{Kind: hawkfish.Denied}
}

func (p *people) SessionAccount(ctx context.Context, token string) (hawkfish.Session, hawkfish.Account, error) {
	if token != "0123456789abcdef0123456789ab" {
		return hawkfish.Session{}, hawkfish.Account{}, hawkfish.Missing("Session", "")
	}
	a, err := p.FindAccount(ctx, "1")
	return hawkfish.Session{ID: "s"}, a, err
}

func (p *people) BasicAuth(context.Context) (schemas.BasicAuthState, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return cmp.Or(p.basic, schemas.BasicAuthStateEnabled), nil
}

func (p *people) FindAccount(_ context.Context, id string) (hawkfish.Account, error) {
	if p.down.Load() {
		return hawkfish.Account{}, hawkfish.Down("PostgreSQL", nil)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if a, ok := p.accounts[id]; ok {
		return a, nil
	}
	return hawkfish.Account{}, hawkfish.Missing("ManagerAccount", id)
}

func (p *people) change(id string, how func(*hawkfish.Account)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.accounts[id]
	how(&a)
	a.Revision++
	p.accounts[id] = a
}

var home = netip.MustParseAddr("192.0.2.1")

func logins(t *testing.T, p *people, change func(*config.Limits)) *Logins {
	limits := defaults(t)
	if change != nil {
		change(&limits)
	}
	return NewLogins(p, limits)
}

func TestPasswordsAreCheckedOnce(t *testing.T) {
	t.Parallel()
	p := newPeople()
	l := logins(t, p, nil)
	first, err := l.Basic(t.Context(), "admin", "right", home)
	require.NoError(t, err)
	again, err := l.Basic(t.Context(), "admin", "right", home)
	require.NoError(t, err)
	assert.Same(t, first, again)
	assert.EqualValues(t, 1, p.checked.Load())
	assert.True(t, first.Actor.Scope.All)
	assert.Equal(t, schemas.RoleAdministrator.AssignedPrivileges(), first.Privileges)

	reader, err := l.Basic(t.Context(), "reader", "right", home)
	require.NoError(t, err)
	assert.Equal(t, hawkfish.Scope{Projects: []string{"p"}}, reader.Actor.Scope)
	for _, pair := range [][2]string{{"admin", "wrong"}, {"adminr", "ight"}, {"nobody", "right"}} {
		_, err = l.Basic(t.Context(), pair[0], pair[1], home)
		assert.Equal(t, hawkfish.Denied, hawkfish.KindOf(err), pair)
	}
}

func TestAChangedAccountMustShowItsPasswordAgain(t *testing.T) {
	t.Parallel()
	p := newPeople()
	l := logins(t, p, nil)
	_, err := l.Basic(t.Context(), "admin", "right", home)
	require.NoError(t, err)
	p.change("1", func(a *hawkfish.Account) {
		a.RoleID, a.Privileges = "ReadOnly", schemas.RoleReadOnly.AssignedPrivileges()
	})
	caller, err := l.Basic(t.Context(), "admin", "right", home)
	require.NoError(t, err)
	assert.EqualValues(t, 2, p.checked.Load())
	assert.False(t, caller.Actor.Scope.All)
	p.change("1", func(a *hawkfish.Account) { a.Enabled = false })
	_, err = l.Basic(t.Context(), "admin", "right", home)
	assert.Equal(t, hawkfish.Denied, hawkfish.KindOf(err))
	p.down.Store(true)
	_, err = l.Basic(t.Context(), "admin", "right", home)
	assert.Equal(t, hawkfish.Unavailable, hawkfish.KindOf(err))
}

func TestBeliefEnds(t *testing.T) {
	t.Parallel()
	v, now := newVerified(), time.Now()
	a, b := v.key("ab", "c"), v.key("a", "bc")
	assert.NotEqual(t, a, b)
	assert.Equal(t, a, v.key("ab", "c"))
	assert.NotEqual(t, a, newVerified().key("ab", "c"), "every process has its own key")
	v.put(a, login{until: now.Add(verifiedFor)})
	_, ok := v.get(a, now.Add(verifiedFor-time.Second))
	assert.True(t, ok)
	_, ok = v.get(a, now.Add(verifiedFor))
	assert.False(t, ok)
	for i := range maxVerified + 100 {
		v.put(v.key("u", fmt.Sprint(i)), login{until: now.Add(verifiedFor)})
	}
	assert.LessOrEqual(t, len(v.logins), maxVerified)
}

// A client that opens many connections at once pays for one check; others wait for a worker.
func TestChecksOfPasswordsAreBounded(t *testing.T) {
	t.Parallel()
	p := newPeople()
	p.gate = make(chan struct{})
	l := logins(t, p, func(c *config.Limits) { c.PasswordWorkers, c.LoginFailures = 2, 0 })
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() { _, _ = l.Basic(t.Context(), "admin", fmt.Sprint("wrong", i%20), home) })
	}
	go func() {
		for {
			select {
			case p.gate <- struct{}{}:
			case <-t.Context().Done():
				return
			}
		}
	}()
	all.Wait()
	assert.LessOrEqual(t, p.most.Load(), int32(2))
	assert.LessOrEqual(t, p.checked.Load(), int32(40))
}

func TestGuessingIsThrottled(t *testing.T) {
	t.Parallel()
	p := newPeople()
	l := logins(t, p, func(c *config.Limits) { c.LoginFailures, c.LoginRecovery = 3, time.Hour })
	_, err := l.Basic(t.Context(), "reader", "right", home)
	require.NoError(t, err)
	for range 3 {
		_, err := l.Basic(t.Context(), "reader", "wrong", home)
		require.Equal(t, hawkfish.Denied, hawkfish.KindOf(err))
	}
	checked := p.checked.Load()
	_, err = l.Basic(t.Context(), "reader", "guess", home)
	var throttled *Throttled
	require.ErrorAs(t, err, &throttled)
	assert.InDelta(t, time.Hour, throttled.After, float64(time.Minute))
	_, err = l.Attempt(t.Context(), "reader", home)
	require.ErrorAs(t, err, &throttled, "opening a session counts alike")
	assert.Equal(t, checked, p.checked.Load(), "not even looked at")

	_, err = l.Basic(t.Context(), "reader", "right", home)
	require.NoError(t, err, "who is known already is not locked out")
	_, err = l.Basic(t.Context(), "admin", "right", home)
	require.NoError(t, err, "nor is another user")
	_, err = l.Basic(t.Context(), "reader", "wrong", netip.MustParseAddr("192.0.2.2"))
	assert.Equal(t, hawkfish.Denied, hawkfish.KindOf(err), "nor is another address")

	for i := range 3 * floodFactor {
		_, _ = l.Basic(t.Context(), fmt.Sprint("user", i), "wrong", home)
	}
	_, err = l.Basic(t.Context(), "somebody", "wrong", home)
	require.ErrorAs(t, err, &throttled, "many users from one address are a flood")
}

func TestTroubleIsNoGuess(t *testing.T) {
	t.Parallel()
	p := newPeople()
	p.down.Store(true)
	l := logins(t, p, func(c *config.Limits) { c.LoginFailures = 1 })
	for range 5 {
		_, err := l.Basic(t.Context(), "admin", "right", home)
		require.Equal(t, hawkfish.Unavailable, hawkfish.KindOf(err))
	}
	p.down.Store(false)
	_, err := l.Basic(t.Context(), "admin", "right", home)
	require.NoError(t, err)
}

func TestLimitersForget(t *testing.T) {
	t.Parallel()
	l := newLimiters[address](1)
	for i := range maxBuckets + 10 {
		l.take(addressOf(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})), time.Now())
	}
	assert.LessOrEqual(t, len(l.buckets), maxBuckets)
	assert.Nil(t, newLimiters[string](0))
	assert.Zero(t, newLimiters[string](0).take("x", time.Now()))
	six := addressOf(netip.MustParseAddr("2001:db8::1"))
	assert.Equal(t, six, addressOf(netip.MustParseAddr("2001:db8::2")), "one machine has a /64")
	assert.Equal(t, addressOf(netip.MustParseAddr("192.0.2.1")), addressOf(netip.MustParseAddr("::ffff:192.0.2.1")))
}
