package libvirt

import (
	"context"
	"sync"

	"github.com/projectbeskar/hawkfish"
)

// watcher is one Watch under way. Of a system it keeps only the latest look.
type watcher struct {
	mu    sync.Mutex
	seen  map[string]hawkfish.Observation
	wake  chan struct{}
	ended chan error // the reason why the feed has ended
}

// Watch reports changes of the host's systems, as libvirt's events tell of them
// (virConnectDomainEventRegisterAny). Changes that come faster than they are taken are reported as one.
func (h *Host) Watch(ctx context.Context, ready func(), seen func(hawkfish.Observation)) error {
	w := &watcher{seen: map[string]hawkfish.Observation{}, wake: make(chan struct{}, 1), ended: make(chan error, 1)}
	if err := h.feed.join(ctx, w); err != nil {
		return err
	}
	defer h.feed.leave(w)
	ready()
	for {
		select {
		case <-ctx.Done():
			return fault(context.Cause(ctx), "", "")
		case err := <-w.ended:
			w.report(seen)
			return err
		case <-w.wake:
			w.report(seen)
		}
	}
}

func (w *watcher) report(seen func(hawkfish.Observation)) {
	w.mu.Lock()
	news := w.seen
	w.seen = map[string]hawkfish.Observation{}
	w.mu.Unlock()
	for _, o := range news {
		seen(o)
	}
}

// tell gives a look to all watchers.
func (f *feed) tell(o hawkfish.Observation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for w := range f.watchers {
		w.mu.Lock()
		w.seen[o.SystemID] = o
		w.mu.Unlock()
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
}

// join makes w a watcher as soon as the feed is up, and fails when it does not come up in time.
func (f *feed) join(ctx context.Context, w *watcher) error {
	limited, cancel := context.WithTimeout(ctx, f.h.cfg.Deadline)
	defer cancel()
	for {
		f.mu.Lock()
		if f.up {
			f.watchers[w] = struct{}{}
			f.mu.Unlock()
			return nil
		}
		changed, err := f.changed, f.err
		f.mu.Unlock()
		if err != nil {
			return err
		}
		select {
		case <-changed:
		case <-limited.Done():
			return fault(context.Cause(limited), "", "")
		}
	}
}

func (f *feed) leave(w *watcher) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.watchers, w)
}

// set notes whether the feed is up, and ends the watchers when it is not. It reports whether that is new.
func (f *feed) set(up bool, err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	isNew := f.up != up || f.err == nil
	f.up, f.err = up, err
	close(f.changed)
	f.changed = make(chan struct{})
	if !up {
		for w := range f.watchers {
			w.ended <- err
		}
		clear(f.watchers)
	}
	return isNew
}
