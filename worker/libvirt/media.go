package libvirt

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch/once"
)

// FetchMedium brings a medium into the pool (virStorageVolUpload).
func (h *Host) FetchMedium(ctx context.Context, src hawkfish.MediaSource, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	if h.cfg.Source == nil {
		return hawkfish.ImageFacts{}, &hawkfish.Error{Kind: hawkfish.Unsupported, Message: "the host's worker cannot fetch images"}
	}
	report, end := growing(progress)
	defer end()
	facts, err := h.fetches.Fetch(ctx, src, report)
	return facts, fault(err, "", "")
}

// shelf is the pool as a place for media (once.Keeper). It remembers which of them are being fetched, and when each
// was last wanted; a worker that starts anew gives all of them some time.
type shelf struct {
	*Host

	mu      sync.Mutex
	opened  time.Time
	writing map[string]bool
	wanted  map[string]time.Time
}

func newShelf(h *Host) *shelf {
	return &shelf{Host: h, opened: time.Now(), writing: map[string]bool{}, wanted: map[string]time.Time{}}
}

func (s *shelf) want(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted[id] = time.Now()
}

// idle returns how long nobody has wanted a medium; false: it is being fetched.
func (s *shelf) idle(id string) (time.Duration, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.opened
	if at, ok := s.wanted[id]; ok {
		last = at
	}
	return time.Since(last), !s.writing[id]
}

// begin keeps the sweep from what is being fetched.
func (s *shelf) begin(id string) (end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing[id] = true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.writing, id)
		s.wanted[id] = time.Now()
	}
}

// Knows reports whether any medium came from a URL.
func (s *shelf) Knows(ctx context.Context, from once.Origin) (bool, error) {
	found, err := s.search(ctx, func(m mediaState) bool {
		return slices.ContainsFunc(m.from, func(o once.Origin) bool { return o.URL == from.URL })
	})
	return found.id != "", err
}

// Find looks for the medium that came from an origin.
func (s *shelf) Find(ctx context.Context, from once.Origin) (hawkfish.ImageFacts, bool, error) {
	found, err := s.search(ctx, func(m mediaState) bool { return slices.Contains(m.from, from) })
	return found.ImageFacts, found.id != "", err
}

// search looks for a medium that is whole; the zero state: there is none.
func (s *shelf) search(ctx context.Context, is func(mediaState) bool) (mediaState, error) {
	found, err := ask(ctx, s.Host, func(c *conn) (mediaState, error) {
		p, err := s.openPool(c)
		if err != nil {
			return mediaState{}, err
		}
		return p.findMedium(c, is)
	})
	if found.id != "" {
		s.want(found.id)
	}
	return found, err
}

func (p pool) findMedium(c *conn, is func(mediaState) bool) (mediaState, error) {
	names, err := p.volumes(c, mediaPrefix)
	if err != nil {
		return mediaState{}, err
	}
	for id, m := range parseMedia(names) {
		if m.ready == "" || !is(m) {
			continue
		}
		// A volume of another length than was fetched is not that medium, whatever its name says.
		v, ok, err := p.volume(c, mediaVolume(id))
		if err != nil {
			return mediaState{}, err
		}
		if ok && v.Physical != nil && int64(v.Physical.Value) == m.SizeBytes {
			return m, nil
		}
	}
	return mediaState{}, nil
}

// Keep streams a medium into the pool. One of its digest that is there already stays, and the new one goes.
func (s *shelf) Keep(ctx context.Context, body io.Reader, size int64, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	id := newMediaID()
	defer s.begin(id)()
	volume := mediaVolume(id)
	if err := s.makeRoom(ctx, volume, size); err != nil {
		return hawkfish.ImageFacts{}, err
	}
	in := newMeter(body, size, progress)
	err := s.transfer(ctx, volume, in)
	facts := hawkfish.ImageFacts{SHA256: in.sum(), SizeBytes: in.done, VirtualBytes: in.done}
	var there mediaState
	if err == nil {
		there, err = s.search(ctx, func(m mediaState) bool { return m.SHA256 == facts.SHA256 })
	}
	if err == nil && there.id == "" {
		err = s.touch(ctx, readyName(id, facts))
	}
	if err != nil || there.id != "" {
		s.discard(ctx, volume)
	}
	return facts, err
}

// Note remembers where a medium came from.
func (s *shelf) Note(ctx context.Context, digest string, from once.Origin) error {
	found, err := s.search(ctx, func(m mediaState) bool { return m.SHA256 == digest })
	if err != nil || found.id == "" {
		return err
	}
	return s.touch(ctx, fromName(found.id, from))
}

// touch makes an empty volume.
func (s *shelf) touch(ctx context.Context, volume string) error {
	_, err := work(ctx, s.Host, func(c *conn) (struct{}, error) {
		p, err := s.openPool(c)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, p.touch(c, volume)
	})
	return err
}
