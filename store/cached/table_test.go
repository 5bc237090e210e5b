package cached

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// loads lets a test decide when a load ends.
type loads struct {
	began chan struct{}
	value chan int
}

func (l loads) fetch(context.Context) (int, error) {
	l.began <- struct{}{}
	return <-l.value, nil
}

func newLoads() loads { return loads{began: make(chan struct{}), value: make(chan int)} }

// start begins a load in the background and returns where its result arrives.
func (l loads) start(t *testing.T, tab *table[int]) <-chan int {
	result := make(chan int, 1)
	go func() {
		v, err := tab.get(t.Context(), "a", l.fetch)
		if err != nil {
			v = -1
		}
		result <- v
	}()
	<-l.began
	return result
}

func liveTable() *table[int] {
	tab := newTable[int](0)
	tab.reset(true)
	return tab
}

func TestLoadedOnce(t *testing.T) {
	t.Parallel()
	tab, l := liveTable(), newLoads()
	first := l.start(t, tab)
	second := make(chan int, 1)
	go func() {
		v, _ := tab.get(t.Context(), "a", func(context.Context) (int, error) { return 0, errors.New("not asked") })
		second <- v
	}()
	l.value <- 1
	require.Equal(t, 1, <-first)
	require.Equal(t, 1, <-second)
	v, ok := tab.peek("a")
	require.True(t, ok)
	require.Equal(t, 1, v)
}

// What was read before a change must not be remembered after it.
func TestForgottenWhileLoading(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(*table[int]){
		"one":          func(tab *table[int]) { tab.forget("a") },
		"all":          func(tab *table[int]) { tab.forgetAll() },
		"disconnected": func(tab *table[int]) { tab.reset(false) },
		"reconnected":  func(tab *table[int]) { tab.reset(false); tab.reset(true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tab, old := liveTable(), newLoads()
			stale := old.start(t, tab)
			forget(tab)
			fresh := newLoads() // a later caller does not share the old load
			result := fresh.start(t, tab)
			fresh.value <- 2
			require.Equal(t, 2, <-result)
			old.value <- 1
			require.Equal(t, 1, <-stale)
			if v, ok := tab.peek("a"); ok {
				require.Equal(t, 2, v)
			} else {
				require.Equal(t, "disconnected", name)
			}
		})
	}
}

func TestFailuresAreNotRemembered(t *testing.T) {
	t.Parallel()
	tab := liveTable()
	_, err := tab.get(t.Context(), "a", func(context.Context) (int, error) { return 1, errors.New("down") })
	require.Error(t, err)
	require.Panics(t, func() {
		_, _ = tab.get(t.Context(), "a", func(context.Context) (int, error) { panic("bug") })
	})
	v, err := tab.get(t.Context(), "a", func(context.Context) (int, error) { return 2, nil })
	require.NoError(t, err)
	require.Equal(t, 2, v)
}

func TestLimit(t *testing.T) {
	t.Parallel()
	tab := newTable[int](2)
	tab.reset(true)
	for _, key := range []string{"a", "b", "c"} {
		_, err := tab.get(t.Context(), key, func(context.Context) (int, error) { return 1, nil })
		require.NoError(t, err)
	}
	require.LessOrEqual(t, len(tab.kept), 2)
}

func TestWaitingEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	tab, l := liveTable(), newLoads()
	result := l.start(t, tab)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := tab.get(ctx, "a", l.fetch)
	require.ErrorIs(t, err, context.Canceled)
	l.value <- 1
	require.Equal(t, 1, <-result)
}
