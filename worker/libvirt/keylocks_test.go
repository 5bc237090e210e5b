package libvirt

import (
	"context"
	"errors"
	"testing"
)

func TestKeyLocks(t *testing.T) {
	t.Parallel()
	var l keyLocks
	first, err := l.share(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	second, err := l.share(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := l.try("a"); ok {
		t.Error("what is shared was locked")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.lock(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting did not end with its context: %v", err)
	}
	other, ok := l.try("b")
	if !ok {
		t.Error("one key's lock is another's")
	}
	other()
	first()
	second()
	unlock, ok := l.try("a")
	if !ok {
		t.Error("what is free was not locked")
	}
	unlock()
	if len(l.m) > 0 {
		t.Errorf("%d locks are kept for nobody", len(l.m))
	}
}

// A sink for progress sees it grow, and nothing after the end.
func TestGrowing(t *testing.T) {
	t.Parallel()
	var seen []int64
	report, end := growing(func(done, _ int64) { seen = append(seen, done) })
	for _, done := range []int64{0, 5, 3, 5, 9} {
		report(done, 10)
	}
	end()
	report(10, 10)
	if len(seen) != 3 || seen[2] != 9 {
		t.Errorf("got %v", seen)
	}
}
