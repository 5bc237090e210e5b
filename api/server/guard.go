package server

import (
	"context"
	"net/netip"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"github.com/projectbeskar/hawkfish/internal/config"
)

// guard stands before every check of a password: it slows down who guesses, and
// bounds how many are checked at once, since each costs tens of milliseconds and megabytes.
type guard struct {
	workers  *semaphore.Weighted
	failures *limiters[attempt] // wrong passwords of one user from one address
	floods   *limiters[address] // wrong passwords of all users from one address
}

type attempt struct {
	userName string
	from     address
}

// floodFactor is how many users' worth of wrong passwords one address may send.
const floodFactor = 10

// waitForWorker is how long a password waits for its turn.
const waitForWorker = 3 * time.Second

func newGuard(limits config.Limits) *guard {
	workers := limits.PasswordWorkers
	if workers == 0 {
		workers = max(1, runtime.GOMAXPROCS(0)/2)
	}
	recovery := rate.Every(limits.LoginRecovery)
	return &guard{
		workers:  semaphore.NewWeighted(int64(workers)),
		failures: newBuckets[attempt](recovery, limits.LoginFailures),
		floods:   newBuckets[address](recovery*floodFactor, limits.LoginFailures*floodFactor),
	}
}

// attempt waits until a password may be checked. It is *Throttled when too many were wrong before, or when
// too many wait already.
func (g *guard) attempt(ctx context.Context, userName string, from netip.Addr) (end func(right bool), err error) {
	who := attempt{userName, addressOf(from)}
	if err := g.admitted(who); err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, waitForWorker)
	defer cancel()
	if g.workers.Acquire(waiting, 1) != nil {
		return nil, &Throttled{time.Second}
	}
	// Those who waited together were admitted together: look again, now that some have failed.
	if err := g.admitted(who); err != nil {
		g.workers.Release(1)
		return nil, err
	}
	return func(right bool) {
		g.workers.Release(1)
		if !right {
			now := time.Now()
			g.failures.take(who, now)
			g.floods.take(who.from, now)
		}
	}, nil
}

func (g *guard) admitted(who attempt) error {
	if wait := max(g.failures.wait(who), g.floods.wait(who.from)); wait > 0 {
		return &Throttled{wait}
	}
	return nil
}
