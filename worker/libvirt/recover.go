package libvirt

import (
	"context"
	"encoding/json"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// recover does, when the events begin to flow, what was missed: guests that wait for a start get it, those that are armed are
// listened to, and what a run remembers and its definition does not is kept.
func (f *feed) recover(ctx context.Context) error {
	_, err := work(ctx, f.h, func(c *conn) (struct{}, error) {
		stats, err := c.ConnectGetAllDomainStats(nil, uint32(golibvirt.DomainStatsState), 0)
		for _, s := range stats {
			if err := f.recoverOne(ctx, c, s); err != nil && !isCode(err, golibvirt.ErrNoDomain) {
				return struct{}{}, err
			}
		}
		return struct{}{}, err
	})
	return err
}

func (f *feed) recoverOne(ctx context.Context, c *conn, s golibvirt.DomainStatsRecord) error {
	rec, err := f.h.find(c, s.Dom)
	if err != nil {
		return err
	}
	if !f.h.registry.isSystem(rec) {
		return nil
	}
	state, _ := stateOf(s.Params)
	m, err := f.h.heed(c, s.Dom, rec, isOff(state))
	if err != nil {
		return err
	}
	if isOff(state) {
		if m.Armed || m.Cycle != "" {
			f.take(s.Dom, otherwise)
		}
		return nil
	}
	kept, err := c.DomainGetMetadata(s.Dom, int32(golibvirt.DomainMetadataElement), golibvirt.OptString{namespace}, golibvirt.DomainAffectConfig)
	if isCode(err, golibvirt.ErrNoDomainMetadata) { // its adoption was cut off half way
		kept, err = "", nil
	}
	if err != nil {
		return err
	}
	if old, err := parseMark(kept); err != nil || old.Booted != m.Booted || old.Runs != m.Runs || old.Cycle != m.Cycle {
		if err := f.h.save(c, s.Dom, rec); err != nil {
			return err
		}
	}
	if m.needsBoot() || m.Armed {
		return f.h.arm(ctx, guest{Domain: s.Dom, record: rec, c: c})
	}
	return nil
}

// revive starts a guest anew, if it has to be, while events go on, and has it looked at then.
func (f *feed) revive(ctx context.Context, dom golibvirt.Domain) {
	f.reviving.Go(func() {
		_, err := work(ctx, f.h, func(c *conn) (struct{}, error) { return struct{}{}, f.h.revive(ctx, c, dom.UUID) })
		if err != nil && hawkfish.KindOf(err) != hawkfish.NotFound && ctx.Err() == nil {
			f.h.log.Warn("a guest could not be started anew yet", "domain", dom.Name, "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(reviveAgain):
			}
		}
		f.take(dom, otherwise)
	})
}

// reviveAgain is how soon a guest that could not be started anew is tried again.
const reviveAgain = time.Second

// connect says on which connection the feed is; nil: on none.
func (f *feed) connect(c *conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.conn = c
	clear(f.listening) // what was heard on another connection has ended with it
}

// listenTo hears why a guest's QEMU ends (virConnectDomainQemuMonitorEventRegister), on the connection of the feed and for as long
// as that lasts. Nothing is ever taken back: a libvirtd that is told so while the connection ends may crash (seen with 9.0).
func (f *feed) listenTo(ctx context.Context, dom golibvirt.Domain) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.conn == nil || f.listening[dom.UUID] {
		return
	}
	var events <-chan golibvirt.DomainEvent
	err := bounded(ctx, f.h.cfg.Deadline, f.conn, func() (err error) {
		events, err = f.conn.SubscribeQEMUEvents(context.WithoutCancel(ctx), dom.Name)
		return err
	})
	if err != nil {
		f.h.log.Warn("why a guest ends cannot be heard", "domain", dom.Name, "error", err)
		return
	}
	f.listening[dom.UUID] = true
	go func() { // until the connection ends
		for e := range events {
			var told struct {
				Reason string `json:"reason"`
			}
			if e.Event == "SHUTDOWN" && json.Unmarshal(e.Details, &told) == nil {
				f.h.registry.heard(dom.UUID, told.Reason)
			}
		}
	}()
}

func (f *feed) isListening(id golibvirt.UUID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.listening[id]
}
