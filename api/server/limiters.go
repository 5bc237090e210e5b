package server

import (
	"math"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets bounds the memory that callers can make a limiters use.
const maxBuckets = 16384

// limiters is a token bucket for each key. nil limits nothing.
type limiters[K comparable] struct {
	rate  rate.Limit
	burst int

	mu      sync.RWMutex
	buckets map[K]*rate.Limiter
}

// newLimiters allows perSecond events a second, averaged over a second. 0 means no limit.
func newLimiters[K comparable](perSecond float64) *limiters[K] {
	return newBuckets[K](rate.Limit(perSecond), int(math.Ceil(perSecond)))
}

func newBuckets[K comparable](limit rate.Limit, burst int) *limiters[K] {
	if burst == 0 {
		return nil
	}
	return &limiters[K]{rate: limit, burst: burst, buckets: map[K]*rate.Limiter{}}
}

// take takes a token. When there is none it returns how long to wait for one. now is asked for
// because the caller knows it: reading the clock costs as much as the rest.
func (l *limiters[K]) take(key K, now time.Time) time.Duration {
	if l == nil {
		return 0
	}
	bucket := l.bucket(key)
	if bucket.AllowN(now, 1) {
		return 0
	}
	return l.missing(bucket)
}

// wait returns how long there will be no token; 0: there is one.
func (l *limiters[K]) wait(key K) time.Duration {
	if l == nil {
		return 0
	}
	l.mu.RLock()
	bucket := l.buckets[key]
	l.mu.RUnlock()
	if bucket == nil {
		return 0
	}
	return l.missing(bucket)
}

func (l *limiters[K]) missing(bucket *rate.Limiter) time.Duration {
	return time.Duration(max(0, 1-bucket.Tokens()) / float64(l.rate) * float64(time.Second))
}

func (l *limiters[K]) bucket(key K) *rate.Limiter {
	l.mu.RLock()
	bucket := l.buckets[key]
	l.mu.RUnlock()
	if bucket != nil {
		return bucket
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if bucket := l.buckets[key]; bucket != nil {
		return bucket
	}
	if len(l.buckets) >= maxBuckets {
		l.makeRoom()
	}
	bucket = rate.NewLimiter(l.rate, l.burst)
	l.buckets[key] = bucket
	return bucket
}

// makeRoom forgets full buckets, which are as good as new ones, and, while too many are left,
// any: a caller with that many addresses is not to be held by them.
func (l *limiters[K]) makeRoom() {
	for key, bucket := range l.buckets {
		if bucket.Tokens() >= float64(l.burst) {
			delete(l.buckets, key)
		}
	}
	for key := range l.buckets {
		if len(l.buckets) < maxBuckets/2 {
			return
		}
		delete(l.buckets, key)
	}
}

// address is whom limits count: an IPv4 address, or the /64 network of an IPv6
// one, since a single machine has a whole network of those.
type address struct{ netip.Addr }

func addressOf(a netip.Addr) address {
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if network, err := a.Prefix(64); err == nil {
			return address{network.Addr()}
		}
	}
	return address{a}
}
