package simulated

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Observe looks at one system.
func (h *Hypervisor) Observe(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return call(ctx, h, MethodObserve, func() (hawkfish.Observation, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return hawkfish.Observation{}, errClosed
		}
		return h.look(systemID, h.now()), nil
	})
}

// ObserveAll looks at every system that has a domain.
func (h *Hypervisor) ObserveAll(ctx context.Context) ([]hawkfish.Observation, error) {
	return call(ctx, h, MethodObserveAll, func() ([]hawkfish.Observation, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return nil, errClosed
		}
		now := h.now()
		all := make([]hawkfish.Observation, 0, len(h.systems))
		for id, s := range h.systems {
			if s.Defined {
				all = append(all, h.look(id, now))
			}
		}
		return all, nil
	})
}

// look is what can be seen of a system now. The caller holds mu.
func (h *Hypervisor) look(id string, now time.Time) hawkfish.Observation {
	s := h.systems[id]
	if s == nil || !s.Defined {
		return hawkfish.Observation{SystemID: id, Absent: true, At: now}
	}
	return hawkfish.Observation{
		SystemID: id, Power: s.power(), Cause: s.Cause, At: now, LastReset: s.LastReset, ResetCause: s.ResetCause,
		Booted: s.Booted, Generation: s.Generation, Ejected: s.Ejected,
	}
}

// maxUnread is how many changes a watcher may fall behind before it loses them, as libvirt's clients do.
const maxUnread = 100_000

// watcher is a Watch under way. Its fields are guarded by Hypervisor.mu.
type watcher struct {
	unread []hawkfish.Observation
	lost   error
	wake   chan struct{}
}

// Watch calls seen for each change until ctx ends or the events are lost.
func (h *Hypervisor) Watch(ctx context.Context, ready func(), seen func(hawkfish.Observation)) error {
	begin := func() (struct{}, error) { return struct{}{}, nil }
	if _, err := call(ctx, h, MethodWatch, begin); err != nil {
		return err
	}
	w := &watcher{wake: make(chan struct{}, 1)}
	h.mu.Lock()
	closed := h.closed
	if !closed {
		h.watchers[w] = true
	}
	h.mu.Unlock()
	if closed {
		return errClosed
	}
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.watchers, w)
	}()
	ready()
	for {
		select {
		case <-ctx.Done():
			return ended(ctx)
		case <-w.wake:
		}
		h.mu.Lock()
		unread, lost := w.unread, w.lost
		w.unread = nil
		h.mu.Unlock()
		for _, o := range unread {
			if ctx.Err() != nil {
				return ended(ctx)
			}
			seen(o)
		}
		if lost != nil {
			return lost
		}
	}
}

// LoseEvents ends all watches, as when the connection to a host breaks.
func (h *Hypervisor) LoseEvents() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.loseEvents(hawkfish.Down("the simulated host", nil))
}

// loseEvents ends all watches. The caller holds mu.
func (h *Hypervisor) loseEvents(why error) {
	for w := range h.watchers {
		w.lost = why
		w.poke()
	}
}

// tell hands a change to all watchers. The caller holds mu.
func (h *Hypervisor) tell(o hawkfish.Observation) {
	for w := range h.watchers {
		if len(w.unread) >= maxUnread {
			w.lost = &hawkfish.Error{Kind: hawkfish.Unavailable, Message: "changes were lost because nobody read them"}
			continue
		}
		w.unread = append(w.unread, o)
		w.poke()
	}
}

func (w *watcher) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
