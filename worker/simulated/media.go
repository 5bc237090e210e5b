package simulated

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch/once"
)

// medium is what the host keeps of a file for drives: all but its bytes.
type medium struct {
	hawkfish.ImageFacts
	From []once.Origin `json:"from,omitempty"`

	used time.Time // when it was last asked for
}

// FetchMedium really fetches a medium, but keeps only what it has learned of it.
func (h *Hypervisor) FetchMedium(ctx context.Context, src hawkfish.MediaSource, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	return call(ctx, h, MethodFetchMedium, func() (hawkfish.ImageFacts, error) {
		if h.source == nil {
			return hawkfish.ImageFacts{}, errNoSource
		}
		return h.fetches.Fetch(ctx, src, progress)
	})
}

// cabinet is the host's cache of media (once.Keeper).
type cabinet struct{ *Hypervisor }

func (c cabinet) Knows(_ context.Context, from once.Origin) (bool, error) {
	_, ok, err := c.search(func(o once.Origin) bool { return o.URL == from.URL })
	return ok, err
}

func (c cabinet) Find(_ context.Context, from once.Origin) (hawkfish.ImageFacts, bool, error) {
	return c.search(func(o once.Origin) bool { return o == from })
}

func (c cabinet) search(is func(once.Origin) bool) (hawkfish.ImageFacts, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return hawkfish.ImageFacts{}, false, errClosed
	}
	for digest, m := range c.media {
		if slices.ContainsFunc(m.From, is) {
			m.used = time.Now()
			c.media[digest] = m
			return m.ImageFacts, true, nil
		}
	}
	return hawkfish.ImageFacts{}, false, nil
}

func (c cabinet) Keep(_ context.Context, body io.Reader, size int64, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	in := tally{hash: sha256.New(), total: size, progress: progress}
	if _, err := io.CopyBuffer(&in, body, make([]byte, 256<<10)); err != nil {
		return hawkfish.ImageFacts{}, ours(err)
	}
	facts := hawkfish.ImageFacts{SHA256: hex.EncodeToString(in.hash.Sum(nil)), SizeBytes: in.size, VirtualBytes: in.size}
	return facts, c.keep(facts.SHA256, func(m *medium) { m.ImageFacts = facts })
}

func (c cabinet) Note(_ context.Context, digest string, from once.Origin) error {
	return c.keep(digest, func(m *medium) {
		m.From = append(slices.DeleteFunc(slices.Clone(m.From), func(o once.Origin) bool { return o.URL == from.URL }), from)
	})
}

func (c cabinet) keep(digest string, alter func(*medium)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	m := c.media[digest]
	alter(&m)
	m.used = time.Now()
	if err := c.journal.medium(c.Hypervisor, digest, &m); err != nil {
		return err
	}
	c.media[digest] = m
	return nil
}

// tally counts and hashes what is written to it.
type tally struct {
	hash        hash.Hash
	size, total int64
	progress    func(done, total int64)
}

func (t *tally) Write(p []byte) (int, error) {
	t.hash.Write(p)
	t.size += int64(len(p))
	t.progress(t.size, t.total)
	return len(p), nil
}

// SweepMedia forgets what no drive has and nobody has asked for within grace.
func (h *Hypervisor) SweepMedia(ctx context.Context, grace time.Duration) error {
	_, err := call(ctx, h, MethodSweepMedia, func() (struct{}, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return struct{}{}, errClosed
		}
		wanted := map[string]bool{}
		for _, s := range h.systems {
			for _, digest := range s.loaded() {
				wanted[digest] = true
			}
		}
		for digest, m := range maps.Clone(h.media) {
			if wanted[digest] || time.Since(m.used) < grace {
				continue
			}
			if err := h.journal.medium(h, digest, nil); err != nil {
				return struct{}{}, err
			}
			delete(h.media, digest)
		}
		return struct{}{}, nil
	})
	return err
}

// loaded is what the system's drives have: digests by slot.
func (s *system) loaded() map[hawkfish.MediaSlot]string {
	loaded := map[hawkfish.MediaSlot]string{}
	for slot, drive := range s.Guest.Machine.Media {
		if s.Defined && drive.Inserted() {
			loaded[slot] = drive.Medium.SHA256
		}
	}
	return loaded
}

// takeMedia takes over the media that a system is to have, but for those that its guest has ejected.
func (h *Hypervisor) takeMedia(s *system, g hawkfish.Guest) (hawkfish.Guest, error) {
	var still []string // ejected, and not yet known to be
	for _, drive := range g.Machine.Media {
		if drive.Medium != nil && slices.Contains(s.Ejected, drive.Medium.ID) {
			still = append(still, drive.Medium.ID)
		}
	}
	s.Ejected = still
	g.Machine = g.Machine.Without(still...)
	for _, drive := range g.Machine.Media {
		if _, ok := h.media[digestOf(drive)]; drive.Inserted() && !ok {
			return g, conflict(g.ID, "the medium is not in the host's cache")
		}
	}
	return g, nil
}

func digestOf(d hawkfish.MediaDrive) string {
	if d.Medium == nil {
		return ""
	}
	return d.Medium.SHA256
}

// Media tells what a system's drives have: digests by slot.
func (h *Hypervisor) Media(systemID string) map[hawkfish.MediaSlot]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.systems[systemID]; s != nil {
		return s.loaded()
	}
	return nil
}

// Eject lets a guest that runs put out its CD. NotFound when there is none.
func (h *Hypervisor) Eject(systemID string) error {
	return h.act(systemID, always, func(s *system, _ time.Time) {
		if drive := s.Guest.Machine.Media[hawkfish.SlotCd]; drive.Inserted() {
			s.Ejected = append(slices.Clone(s.Ejected), drive.Medium.ID)
			s.Guest.Machine = s.Guest.Machine.Without(drive.Medium.ID)
		}
	})
}
