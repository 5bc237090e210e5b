package libvirt

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// keyLocks are locks by name, made when first wanted. They can be shared, and
// waiting for one ends with its context.
type keyLocks struct {
	mu sync.Mutex
	m  map[string]*keyLock
}

// keyLock is one of them. Its holder may say how far it has come, for those who wait.
type keyLock struct {
	sem         *semaphore.Weighted
	users       int
	done, total atomic.Int64
}

const exclusive = math.MaxInt64

func (l *keyLocks) get(key string) *keyLock {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.m == nil {
		l.m = map[string]*keyLock{}
	}
	k := l.m[key]
	if k == nil {
		k = &keyLock{sem: semaphore.NewWeighted(exclusive)}
		l.m[key] = k
	}
	k.users++
	return k
}

func (l *keyLocks) put(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k := l.m[key]; k.users == 1 {
		delete(l.m, key)
	} else {
		k.users--
	}
}

// share locks key against those who lock it alone.
func (l *keyLocks) share(ctx context.Context, key string) (unlock func(), err error) {
	return l.acquire(ctx, key, 1)
}

// lock locks key alone.
func (l *keyLocks) lock(ctx context.Context, key string) (unlock func(), err error) {
	return l.acquire(ctx, key, exclusive)
}

func (l *keyLocks) acquire(ctx context.Context, key string, n int64) (func(), error) {
	k := l.get(key)
	if err := k.sem.Acquire(ctx, n); err != nil {
		l.put(key)
		return nil, err
	}
	return func() {
		k.sem.Release(n)
		l.put(key)
	}, nil
}

// try locks key alone if nobody has it.
func (l *keyLocks) try(key string) (unlock func(), ok bool) {
	k := l.get(key)
	if !k.sem.TryAcquire(exclusive) {
		l.put(key)
		return nil, false
	}
	return func() {
		k.sem.Release(exclusive)
		l.put(key)
	}, true
}
