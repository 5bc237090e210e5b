package simulated

import (
	"strings"
	"sync"

	"github.com/projectbeskar/hawkfish"
)

// Peers are simulated hosts of one process that reach one another.
type Peers struct {
	// Shared: all have the same storage.
	Shared bool

	mu    sync.Mutex
	hosts map[string]*Hypervisor
	cut   map[string]bool
	// handover is held while a guest changes its host: it is the only one to lock two hosts.
	handover sync.Mutex
}

const peerScheme = "simulated:///"

func (p *Peers) join(h *Hypervisor) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hosts == nil {
		p.hosts = map[string]*Hypervisor{}
	}
	p.hosts[h.name] = h
}

func (p *Peers) leave(h *Hypervisor) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hosts[h.name] == h {
		delete(p.hosts, h.name)
	}
}

// Cut pulls out a host's network cable, or puts it in again. Transfers that it is a part of break off.
func (p *Peers) Cut(name string, cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut == nil {
		p.cut = map[string]bool{}
	}
	p.cut[name] = cut
}

// reach returns the host at a URI; nil: it does not work now. cut: it cannot be reached from there.
func (p *Peers) reach(from, uri string) (to *Hypervisor, cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name := strings.TrimPrefix(uri, peerScheme)
	return p.hosts[name], p.cut[from] || p.cut[name]
}

// isShared reports whether the hosts have the same storage.
func (p *Peers) isShared() bool { return p != nil && p.Shared }

// NeverConverge makes a guest change its memory faster than it is transferred, or lets it be transferred again.
func (h *Hypervisor) NeverConverge(systemID string, never bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.systems[systemID]
	if s == nil || h.closed {
		return hawkfish.Missing("ComputerSystem", systemID)
	}
	next := *s
	next.Restless = never
	return h.put(systemID, next)
}
