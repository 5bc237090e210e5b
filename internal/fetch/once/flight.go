package once

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// flights are the transfers under way, by URL: one at a time each.
type flights struct {
	mu sync.Mutex
	m  map[string]*flight
}

// flight is what those have in common who want the same URL at the same time.
type flight struct {
	turn        chan struct{} // holds one token while somebody flies
	users       int
	done, total atomic.Int64

	// What the last of them has brought; guarded by the turn.
	src   hawkfish.MediaSource
	facts hawkfish.ImageFacts
	ended time.Time
}

// tellEvery is how often those who wait hear of the progress.
const tellEvery = time.Second

// board waits for the caller's turn. land gives it on.
func (f *flights) board(ctx context.Context, url string, progress func(done, total int64)) (*flight, func(), error) {
	one := f.join(url)
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		select {
		case one.turn <- struct{}{}:
			return one, func() { <-one.turn; f.leave(url) }, nil
		case <-ctx.Done():
			f.leave(url)
			return nil, nil, &hawkfish.Error{Kind: hawkfish.Unavailable, Message: "the fetch was ended", Err: context.Cause(ctx)}
		case <-tick.C:
			progress(one.done.Load(), one.total.Load())
		}
	}
}

func (f *flights) join(url string) *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.m == nil {
		f.m = map[string]*flight{}
	}
	one := f.m[url]
	if one == nil {
		one = &flight{turn: make(chan struct{}, 1)}
		f.m[url] = one
	}
	one.users++
	return one
}

func (f *flights) leave(url string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.m[url]
	if one.users--; one.users == 0 {
		delete(f.m, url)
	}
}

// shares returns what another has brought while the caller waited, if that one asked for the same as the same user.
func (one *flight) shares(src hawkfish.MediaSource, arrived time.Time) (hawkfish.ImageFacts, bool) {
	return one.facts, one.src == src && one.ended.After(arrived)
}

func (one *flight) landed(src hawkfish.MediaSource, facts hawkfish.ImageFacts) {
	one.src, one.facts, one.ended = src, facts, time.Now()
}

// reporting lets those who wait hear of the progress, too.
func (one *flight) reporting(progress func(done, total int64)) func(done, total int64) {
	return func(done, total int64) {
		one.done.Store(done)
		one.total.Store(total)
		progress(done, total)
	}
}
