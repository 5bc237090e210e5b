package control

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"regexp"
	"strconv"

	"github.com/projectbeskar/hawkfish"
)

// The bounds of password lengths; an argon2id hash takes as long for either.
const (
	shortestPassword = 1
	longestPassword  = 255 // what a login accepts
)

// ChangeAccountPolicy changes how accounts are protected. change gets the policy as it is.
func (c *Control) ChangeAccountPolicy(ctx context.Context, revision int64, change func(*hawkfish.AccountPolicy)) (hawkfish.AccountPolicy, error) {
	return untilFresh(revision, func() (hawkfish.AccountPolicy, error) { return c.changeAccountPolicy(ctx, revision, change) })
}

// untilFresh tries again what met a change of someone else, unless the caller has said which revision to change: what
// is left alone keeps the other's value.
func untilFresh[T any](revision int64, change func() (T, error)) (T, error) {
	const tries = 5
	for try := 1; ; try++ {
		after, err := change()
		if err == nil || revision != 0 || try == tries || hawkfish.KindOf(err) != hawkfish.Stale {
			return after, err
		}
	}
}

func (c *Control) changeAccountPolicy(ctx context.Context, revision int64, change func(*hawkfish.AccountPolicy)) (hawkfish.AccountPolicy, error) {
	settings, err := c.Settings(ctx)
	if err != nil {
		return hawkfish.AccountPolicy{}, err
	}
	p := settings.Accounts
	change(&p)
	var faults []error
	refuse := func(property string, value int, why string) {
		faults = append(faults, hawkfish.Refused(property, strconv.Itoa(value), why))
	}
	if p.MinPasswordLength < shortestPassword || p.MinPasswordLength > p.MaxPasswordLength {
		refuse("/MinPasswordLength", p.MinPasswordLength, "it must be from 1 to MaxPasswordLength")
	}
	if p.MaxPasswordLength > longestPassword {
		refuse("/MaxPasswordLength", p.MaxPasswordLength, "it must be at most 255")
	}
	if p.Lockout.ResetAfter > p.Lockout.Duration {
		refuse("/AccountLockoutCounterResetAfter", p.Lockout.ResetAfter, "it must not be larger than AccountLockoutDuration")
	}
	if err := errors.Join(faults...); err != nil {
		return p, err
	}
	return c.SetAccountPolicy(ctx, cmp.Or(revision, p.Revision), p)
}

// ChangeSessionTimeout changes how long unused sessions live, those that are open too.
func (c *Control) ChangeSessionTimeout(ctx context.Context, revision int64, seconds int) (hawkfish.SessionPolicy, error) {
	p, err := c.SetSessionPolicy(ctx, revision, hawkfish.SessionPolicy{Timeout: seconds})
	if err != nil {
		return p, err
	}
	return p, c.ShortenSessions(ctx, p.Lifetime()+slack(p))
}

// maxNTPServers is how many are kept.
const maxNTPServers = 16

var dnsName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$`)

// ChangeNetworkPolicy changes what the service does on the network. change gets the policy as it is.
func (c *Control) ChangeNetworkPolicy(ctx context.Context, revision int64, change func(*hawkfish.NetworkPolicy)) (hawkfish.NetworkPolicy, error) {
	return untilFresh(revision, func() (hawkfish.NetworkPolicy, error) { return c.changeNetworkPolicy(ctx, revision, change) })
}

func (c *Control) changeNetworkPolicy(ctx context.Context, revision int64, change func(*hawkfish.NetworkPolicy)) (hawkfish.NetworkPolicy, error) {
	settings, err := c.Settings(ctx)
	if err != nil {
		return hawkfish.NetworkPolicy{}, err
	}
	p := settings.Network
	change(&p)
	var faults []error
	if len(p.NTPServers) > maxNTPServers {
		faults = append(faults, hawkfish.Refused("/NTP/NTPServers", strconv.Itoa(len(p.NTPServers)), "at most 16 servers are kept"))
	}
	for i, server := range p.NTPServers {
		if _, err := netip.ParseAddr(server); err != nil && !dnsName.MatchString(server) {
			faults = append(faults, hawkfish.Refused("/NTP/NTPServers/"+strconv.Itoa(i), server, "it must be a host name or an IP address"))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return p, err
	}
	return c.SetNetworkPolicy(ctx, cmp.Or(revision, p.Revision), p)
}
