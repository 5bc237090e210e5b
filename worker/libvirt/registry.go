package libvirt

import (
	"sync"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

// registry remembers the marks of the host's domains, so that looking at a
// thousand of them takes one call.
type registry struct {
	mu sync.Mutex
	m  map[golibvirt.UUID]*record
}

// record is what is remembered of one domain. Its fields are guarded by the registry's lock.
type record struct {
	id   string
	ours bool // it has a mark
	mark mark

	saving   turn      // held while the mark is written, so that the latest is the last
	power    turn      // held while the guest is started, stopped or armed
	reason   string    // why its QEMU ends, as QEMU has said; empty: it has not
	expected [2]window // by happening: what we do ourselves and will be told of
}

func newRecord(id string) *record { return &record{id: id, saving: newTurn(), power: newTurn()} }

// happening is what an event tells of a guest's power.
type happening int

const (
	started happening = iota
	rebooted
)

// window is a time in which events are the answer to our own call.
type window struct{ from, until time.Time }

// parseID reads a system's ID, which is its domain's UUID.
func parseID(systemID string) (golibvirt.UUID, error) {
	id, err := uuid.Parse(systemID)
	if err != nil || id.String() != systemID {
		return golibvirt.UUID{}, &hawkfish.Error{Kind: hawkfish.NotFound, Resource: "ComputerSystem", ID: systemID}
	}
	return golibvirt.UUID(id), nil
}

// find returns the record of a domain, from memory or from its mark on the host.
func (h *Host) find(c *conn, dom golibvirt.Domain) (*record, error) {
	r := &h.registry
	r.mu.Lock()
	known := r.m[dom.UUID]
	r.mu.Unlock()
	if known != nil {
		return known, nil
	}
	fresh := newRecord(uuid.UUID(dom.UUID).String())
	text, err := c.DomainGetMetadata(dom, int32(golibvirt.DomainMetadataElement), golibvirt.OptString{namespace}, golibvirt.DomainAffectCurrent)
	switch {
	case err == nil:
		fresh.ours = true
		if fresh.mark, err = parseMark(text); err != nil {
			h.log.Warn("a system's mark cannot be read", "system", fresh.id, "error", err)
		}
		// What an earlier worker has just done may still have its echo.
		reset := fresh.mark.LastReset.Time
		fresh.expected[rebooted] = window{from: reset, until: reset.Add(eventDelay)}
	case !isCode(err, golibvirt.ErrNoDomainMetadata):
		return nil, err
	}
	return r.add(dom.UUID, fresh), nil
}

// add remembers a record, unless there is one already, and returns the one there is.
func (r *registry) add(id golibvirt.UUID, fresh *record) *record {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.m[id]; known != nil {
		return known
	}
	if r.m == nil {
		r.m = map[golibvirt.UUID]*record{}
	}
	r.m[id] = fresh
	return fresh
}

// known returns what is remembered of a domain; nil: nothing.
func (r *registry) known(id golibvirt.UUID) *record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.m[id]
}

func (r *registry) isSystem(rec *record) bool {
	_, ours := r.read(rec)
	return ours
}

func (r *registry) forget(id golibvirt.UUID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.m, id)
}

// keepOnly forgets the domains that are not listed.
func (r *registry) keepOnly(listed map[golibvirt.UUID]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := range r.m {
		if !listed[id] {
			delete(r.m, id)
		}
	}
}

// read returns a copy of a record's mark.
func (r *registry) read(rec *record) (m mark, ours bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return rec.mark, rec.ours
}

// change alters a mark in memory; save writes it to the host.
func (r *registry) change(rec *record, alter func(m *mark)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	alter(&rec.mark)
}

// heard notes why a guest's QEMU ends. The first reason of a run is the true one: QEMU is then told to go.
func (r *registry) heard(id golibvirt.UUID, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if rec := r.m[id]; rec != nil && rec.reason == "" {
		rec.reason = reason
	}
}

// shutdown returns why a guest's last run has ended; empty: QEMU has not said.
func (r *registry) shutdown(rec *record) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return rec.reason
}

// begin notes that a guest has a new run, which is what a mark says.
func (r *registry) begin(rec *record, m mark) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m.LastReset = rec.mark.LastReset
	rec.mark, rec.reason = m, ""
}

// expect announces that events of the next while are our own doing; done says that the call has ended.
func (r *registry) expect(rec *record, what happening, limit time.Duration) (done func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec.expected[what] = window{from: time.Now(), until: time.Now().Add(limit)}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		rec.expected[what].until = time.Now().Add(eventDelay)
	}
}

// eventDelay is how late events may come after the call that caused them. A reset causes two of
// them: SeaBIOS, which cannot start over, resets the machine once more.
const eventDelay = 2 * time.Second

// isOurs reports whether an event was expected. One that was not may have an echo, which then is.
func (r *registry) isOurs(rec *record, what happening, at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := rec.expected[what]
	if !at.Before(w.from) && at.Before(w.until) {
		return true
	}
	rec.expected[what] = window{from: at, until: at.Add(eventDelay)}
	return false
}

// save writes a record's mark into the domain's metadata, of its run and of its definition.
func (h *Host) save(c *conn, dom golibvirt.Domain, rec *record) error {
	if err := rec.saving.take(c); err != nil {
		return err
	}
	defer rec.saving.give()
	return h.write(c, dom, rec)
}

// write is save for who saves already.
func (h *Host) write(c *conn, dom golibvirt.Domain, rec *record) error {
	m, _ := h.registry.read(rec)
	return writeMark(c, dom, m)
}

func writeMark(c *conn, dom golibvirt.Domain, m mark) error {
	text, err := m.plain()
	if err != nil {
		return err
	}
	return setMetadata(c, dom, golibvirt.OptString{text}, golibvirt.OptString{prefix})
}

// eraseMark removes the mark of a domain.
func eraseMark(c *conn, dom golibvirt.Domain) error { return setMetadata(c, dom, nil, nil) }

func setMetadata(c *conn, dom golibvirt.Domain, text, key golibvirt.OptString) error {
	set := func(where golibvirt.DomainModificationImpact) error {
		return c.DomainSetMetadata(dom, int32(golibvirt.DomainMetadataElement), text, key, golibvirt.OptString{namespace}, where)
	}
	err := set(golibvirt.DomainAffectLive | golibvirt.DomainAffectConfig)
	if isCode(err, golibvirt.ErrOperationInvalid) { // it does not run
		err = set(golibvirt.DomainAffectConfig)
	}
	return err
}

// errForeign is what a domain that is not HawkFish's looks like: there is none.
var errForeign = &hawkfish.Error{Kind: hawkfish.NotFound, Message: "the domain is not HawkFish's"}
