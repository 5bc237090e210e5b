package cached

import (
	"context"
	"sync"

	"github.com/projectbeskar/hawkfish"
)

// table remembers values by key. A value whose loading began before its key was forgotten is not remembered,
// so that a change which meets a load half-way is never lost.
type table[V any] struct {
	limit int // of values; 0: none

	mu      sync.RWMutex
	live    bool
	kept    map[string]V
	loading map[string]*load[V]
}

// load is a value on its way.
type load[V any] struct {
	done  chan struct{}
	value V
	err   error
}

func newTable[V any](limit int) *table[V] {
	t := &table[V]{limit: limit}
	t.reset(false)
	return t
}

// peek returns a value that is remembered.
func (t *table[V]) peek(key string) (V, bool) {
	t.mu.RLock()
	value, ok := t.kept[key]
	t.mu.RUnlock()
	return value, ok
}

// get returns what is remembered, or loads it; callers that want the same thing share a load.
func (t *table[V]) get(ctx context.Context, key string, fetch func(context.Context) (V, error)) (V, error) {
	if value, ok := t.peek(key); ok {
		return value, nil
	}
	t.mu.Lock()
	if value, ok := t.kept[key]; ok {
		t.mu.Unlock()
		return value, nil
	}
	if !t.live {
		t.mu.Unlock()
		return fetch(ctx)
	}
	if l, ok := t.loading[key]; ok {
		t.mu.Unlock()
		return l.wait(ctx)
	}
	l := &load[V]{done: make(chan struct{}), err: &hawkfish.Error{Kind: hawkfish.Internal, Message: "loading ended early"}}
	t.loading[key] = l
	t.mu.Unlock()

	defer func() { // also when fetch panics
		close(l.done)
		t.keep(key, l)
	}()
	// The first caller's going away must not fail the others; fetch bounds itself.
	l.value, l.err = fetch(context.WithoutCancel(ctx))
	return l.value, l.err
}

// keep remembers what was loaded, unless its key has been forgotten meanwhile.
func (t *table[V]) keep(key string, l *load[V]) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.loading[key] != l {
		return
	}
	delete(t.loading, key)
	if l.err != nil {
		return
	}
	if t.limit > 0 && len(t.kept) >= t.limit {
		clear(t.kept)
	}
	t.kept[key] = l.value
}

func (l *load[V]) wait(ctx context.Context) (V, error) {
	select {
	case <-l.done:
		return l.value, l.err
	case <-ctx.Done():
		var zero V
		return zero, hawkfish.Down("PostgreSQL", ctx.Err())
	}
}

// forget drops a key, and returns what was remembered of it.
func (t *table[V]) forget(key string) (V, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	value, ok := t.kept[key]
	delete(t.kept, key)
	delete(t.loading, key)
	return value, ok
}

// forgetAll drops every key.
func (t *table[V]) forgetAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.kept)
	clear(t.loading)
}

// reset drops every key, and says whether to remember any from now on.
func (t *table[V]) reset(live bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live = live
	t.kept, t.loading = map[string]V{}, map[string]*load[V]{}
}
