package simulated

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// sending is a transfer under way. It goes on without whoever has asked for it, as a peer-to-peer migration does.
type sending struct {
	Op    string        `json:"op"` // the task
	To    string        `json:"to"` // URI of the other host
	Began time.Time     `json:"began"`
	Takes time.Duration `json:"takes"` // 0: it does not end by itself
}

// share is the part of a transfer that is done, 0 to 1.
func (s sending) share(now time.Time) float64 {
	if s.Takes <= 0 {
		return 0.9
	}
	return min(1, float64(now.Sub(s.Began))/float64(s.Takes))
}

// Migrate transfers a guest.
func (h *Hypervisor) Migrate(ctx context.Context, p hawkfish.Passage, _ hawkfish.Departing, to hawkfish.Landing, progress func(hawkfish.MigrationProgress)) error {
	gone := false
	_, err := change(ctx, h, MethodMigrate, p.Guest.ID, func(s *system) error {
		switch cold := p.Mode == hawkfish.MigrateCold; {
		case !s.Defined:
			gone = true
		case s.Sending != nil:
		case cold == s.On:
			return conflict(p.Guest.ID, map[bool]string{true: "the guest runs, and was to be off", false: "the guest is off, and was to run"}[cold])
		default:
			s.Sending = &sending{Op: p.ID, To: to.URI, Began: h.now(), Takes: max(h.guests.Transfer, time.Microsecond)}
			if s.Restless && s.On {
				s.Sending.Takes = 0
			}
		}
		return nil
	})
	if err != nil || gone {
		return err
	}
	return h.follow(ctx, p, progress)
}

// waitForPeer is how long a transfer waits for a host that does not work: those of a process are opened one after the other.
const waitForPeer = 10 * time.Second

// followEvery is how often a transfer is looked at.
const followEvery = 5 * time.Millisecond

// follow watches a transfer until it has ended, and applies its policy.
func (h *Hypervisor) follow(ctx context.Context, p hawkfish.Passage, progress func(hawkfish.MigrationProgress)) error {
	look := time.NewTicker(followEvery)
	defer look.Stop()
	for {
		s, err := h.peek(p.Guest.ID)
		switch {
		case err != nil:
			return err
		case s == nil || !s.Defined:
			return nil
		case s.Sending == nil:
			return &hawkfish.Error{Kind: hawkfish.Unavailable, Resource: "ComputerSystem", ID: p.Guest.ID, Message: "the transfer has broken off", Permanent: true}
		}
		progress(s.progress(time.Now()))
		if s.Sending.Takes == 0 && time.Since(s.Sending.Began) > p.Deadline() {
			if err := h.force(ctx, p, *s.Sending); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ended(ctx)
		case <-look.C:
		}
	}
}

func (h *Hypervisor) peek(id string) (*system, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, errClosed
	}
	return h.systems[id], nil
}

func (s *system) progress(now time.Time) hawkfish.MigrationProgress {
	total := s.MemoryMiB << 20
	done := int64(float64(total) * s.Sending.share(now))
	return hawkfish.MigrationProgress{MemoryDone: done, MemoryLeft: total - done, MemoryTotal: total, Elapsed: now.Sub(s.Sending.Began)}
}

// force does with a guest that does not converge what its policy says.
func (h *Hypervisor) force(ctx context.Context, p hawkfish.Passage, under sending) error {
	switch p.IfNotConverged {
	case hawkfish.ConvergePostCopy, hawkfish.ConvergePause:
		h.handOver(p.Guest.ID, under.Op)
		return nil
	}
	if err := h.AbortMigration(ctx, p); err != nil {
		return err
	}
	return hawkfish.NotConverged(p)
}

// planTransfer sees to it that a transfer ends. The caller holds mu.
func (h *Hypervisor) planTransfer(id string, s *system) {
	if s.Sending == nil || s.Sending.Takes <= 0 || s.planned.sent.Equal(s.Sending.Began) {
		return
	}
	s.planned.sent = s.Sending.Began
	op := s.Sending.Op
	time.AfterFunc(max(0, time.Until(s.Sending.Began.Add(s.Sending.Takes))), func() { h.handOver(id, op) })
}

// handOver lets a guest go on at the other host, or, when that cannot be, where it is. The other host has it first: should the process
// die in between, the next one finds it there, and lets go of it here.
func (h *Hypervisor) handOver(id, op string) {
	if h.peers == nil {
		return
	}
	h.peers.handover.Lock()
	defer h.peers.handover.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.systems[id]
	if h.closed || s == nil || s.Sending == nil || s.Sending.Op != op {
		return
	}
	next := *s
	next.Sending = nil
	to, cut := h.peers.reach(h.name, s.Sending.To)
	if to == nil && !cut && time.Since(s.Sending.Began) < s.Sending.Takes+waitForPeer {
		time.AfterFunc(followEvery, func() { h.handOver(id, op) })
		return
	}
	if to == nil || cut || to == h || !to.receive(id, op, *s) {
		_ = h.put(id, next)
		return
	}
	next = system{Disk: s.Disk, Offered: op}
	if h.peers.isShared() {
		next = system{}
	}
	_ = h.put(id, next)
}

// receive takes a guest over that comes from another host, and reports whether it could. What has been received already stays.
func (h *Hypervisor) receive(id, op string, s system) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	place := h.systems[id]
	switch {
	case h.closed:
		return false
	case place != nil && place.Defined:
		return place.Offered == op // it is here already
	case !h.peers.isShared() && (place == nil || place.Landing != op):
		return false
	}
	s.Sending, s.Landing, s.Offered = nil, op, op
	s.planned.sent = time.Time{}
	s.planned.off, s.planned.run = time.Time{}, time.Time{}
	if err := h.put(id, s); err != nil {
		return false
	}
	h.plan(id)
	return true
}

// TuneMigration changes nothing: transfers take as long as the host's Behaviour says.
func (h *Hypervisor) TuneMigration(ctx context.Context, systemID string, _, _ int64) error {
	_, err := change(ctx, h, MethodTuneMigration, systemID, domain(systemID, func(s *system) error {
		if s.Sending == nil {
			return conflict(systemID, "it is not being transferred from here")
		}
		return nil
	}))
	return err
}

// AbortMigration ends a transfer.
func (h *Hypervisor) AbortMigration(ctx context.Context, p hawkfish.Passage) error {
	_, err := change(ctx, h, MethodAbortMigration, p.Guest.ID, func(s *system) error {
		if !s.Defined {
			return conflict(p.Guest.ID, "the guest has gone from here")
		}
		s.Sending, s.Offered = nil, ""
		return nil
	})
	return err
}
