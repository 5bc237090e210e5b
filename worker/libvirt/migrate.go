package libvirt

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// Migrate has the guest's libvirtd transfer it to another one (virDomainMigratePerform3Params with VIR_MIGRATE_PEER2PEER), and follows
// that on other connections. A guest that is off is started without being let run, so that what belongs to it goes the same way: its disk, its
// firmware's variables, its TPM.
func (h *Host) Migrate(ctx context.Context, p hawkfish.Passage, from hawkfish.Departing, to hawkfish.Landing, progress func(hawkfish.MigrationProgress)) error {
	id, err := parseID(p.Guest.ID)
	if err != nil {
		return err
	}
	t := &transfer{Host: h, Passage: p, id: id, from: from, to: to, progress: progress, began: time.Now()}
	for {
		standing, err := h.MigrationState(ctx, p.Guest.ID)
		if err != nil {
			return err
		}
		switch standing {
		case hawkfish.StandsNowhere, hawkfish.StandsSent:
			return nil
		case hawkfish.StandsHeld:
			return broken(p, "the transfer has broken off")
		case hawkfish.StandsOff, hawkfish.StandsHere, hawkfish.StandsHalfSent:
			if t.followed { // an earlier worker's, which has ended without the guest's going
				return broken(p, "the transfer has broken off")
			}
			return t.perform(ctx, standing)
		}
		t.followed = true
		if err := t.follow(ctx, nil); err != nil {
			return err
		}
	}
}

// broken is the error of a transfer that has ended without the guest's going: another one would have to begin.
func broken(p hawkfish.Passage, why string) error {
	return &hawkfish.Error{Kind: hawkfish.Unavailable, Resource: "ComputerSystem", ID: p.Guest.ID, Message: why, Permanent: true}
}

// transfer is one that is under way.
type transfer struct {
	*Host
	hawkfish.Passage
	id       golibvirt.UUID
	from     hawkfish.Departing
	to       hawkfish.Landing
	progress func(hawkfish.MigrationProgress)
	began    time.Time
	followed bool // it was not begun here
	limited  bool // MaxDowntimeMs has been set
	forced   bool // the policy for guests that do not converge has been applied
	gaveUp   bool // by that policy

	sent  int64     // bytes, as last seen
	moved time.Time // when they last became more
}

// perform begins the transfer and waits for its end. The call has no deadline of its own: a transfer takes what it takes, and whether libvirtd is
// alive the questions about its progress tell.
func (t *transfer) perform(ctx context.Context, standing hawkfish.Standing) error {
	dom, err := t.ready(ctx, standing)
	if err != nil {
		return err
	}
	c, err := t.conns.dial(ctx)
	if err != nil {
		return hawkfish.Down("libvirt", err)
	}
	defer c.close() // libvirtd goes on with a transfer whose client has gone
	params, err := t.params(ctx, dom)
	if err != nil {
		return err
	}
	flags := t.flags(standing)
	ended := make(chan error, 1)
	go func() {
		_, err := c.DomainMigratePerform3Params(dom, golibvirt.OptString{t.to.URI}, params, nil, flags)
		ended <- err
	}()
	err = t.follow(ctx, ended)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return hawkfish.Down("libvirt", context.Cause(ctx))
	case t.gaveUp:
		return hawkfish.NotConverged(t.Passage)
	case c.isLost():
		return hawkfish.Down("libvirt", err) // it may go on
	}
	return t.failed(err)
}

// ready returns the guest's domain, with a QEMU that can be transferred.
func (t *transfer) ready(ctx context.Context, standing hawkfish.Standing) (dom golibvirt.Domain, err error) {
	_, err = t.withPower(ctx, t.Guest.ID, func(g guest) error {
		dom = g.Domain
		if standing != hawkfish.StandsOff || g.isOn() {
			if t.cold() && !g.IsPaused() {
				return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: t.Guest.ID, Message: "the guest runs, and was to be off"}
			}
			return nil
		}
		if !t.cold() {
			return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: t.Guest.ID, Message: "the guest is off, and was to run"}
		}
		done := t.registry.expect(g.record, started, t.cfg.SlowDeadline) // it does not boot
		defer done()
		_, err := g.c.DomainCreateWithFlags(g.Domain, uint32(golibvirt.DomainStartPaused))
		return err
	})
	return dom, err
}

func (t *transfer) cold() bool { return t.Mode == hawkfish.MigrateCold }

// flags are those of virDomainMigrateFlags. When it has gone, the guest has no definition here any more: nothing could start it twice.
func (t *transfer) flags(standing hawkfish.Standing) golibvirt.DomainMigrateFlags {
	flags := golibvirt.MigrateLive | golibvirt.MigratePeer2peer | golibvirt.MigratePersistDest | golibvirt.MigrateUndefineSource
	for flag, set := range map[golibvirt.DomainMigrateFlags]bool{
		golibvirt.MigrateNonSharedInc:   !t.to.Shared,
		golibvirt.MigratePaused:         t.cold(),
		golibvirt.MigrateAutoConverge:   !t.cold() && t.Throttles(),
		golibvirt.MigratePostcopy:       !t.cold() && t.IfNotConverged == hawkfish.ConvergePostCopy,
		golibvirt.MigratePostcopyResume: standing == hawkfish.StandsHalfSent,
		golibvirt.MigrateTLS:            strings.HasPrefix(t.to.URI, "qemu+tls:"),
	} {
		if set {
			flags |= flag
		}
	}
	return flags
}

// params say what is transferred, and how fast, and what the guest is on the other host: where a medium is another file there, it has that.
func (t *transfer) params(ctx context.Context, dom golibvirt.Domain) ([]golibvirt.TypedParam, error) {
	var all []golibvirt.TypedParam
	text := func(name, value string) {
		all = append(all, golibvirt.TypedParam{Field: name, Value: *golibvirt.NewTypedParamValueString(value)})
	}
	if !t.to.Shared {
		text(golibvirt.MigrateParamMigrateDisks, "vda")
	}
	if t.BandwidthMiBps > 0 {
		all = append(all, golibvirt.TypedParam{Field: golibvirt.MigrateParamBandwidth, Value: *golibvirt.NewTypedParamValueUllong(uint64(t.BandwidthMiBps))})
	}
	var renamed []string // pairs for a Replacer
	for slot, file := range t.from.Media {
		if other := t.to.Media[slot]; other != "" && other != file {
			renamed = append(renamed, "'"+file+"'", "'"+other+"'")
		}
	}
	_, err := ask(ctx, t.Host, func(c *conn) (struct{}, error) {
		for name, extra := range map[string]golibvirt.DomainXMLFlags{
			golibvirt.MigrateParamDestXML: 0, golibvirt.MigrateParamPersistXML: golibvirt.DomainXMLInactive,
		} {
			doc, err := c.DomainGetXMLDesc(dom, golibvirt.DomainXMLMigratable|golibvirt.DomainXMLSecure|extra)
			if err != nil {
				return struct{}{}, err
			}
			changes := renamed
			if extra == 0 { // the serial log that both hosts have goes on; the next start empties it again
				changes = append(slices.Clone(renamed), " append='off'", " append='on'")
			}
			text(name, strings.NewReplacer(changes...).Replace(doc))
		}
		return struct{}{}, nil
	})
	return all, err
}

// failed says why a transfer has failed.
func (t *transfer) failed(err error) error {
	fault := *fault(err, "ComputerSystem", t.Guest.ID).(*hawkfish.Error) //nolint:errorlint // fault makes one
	fault.Permanent = true
	switch {
	case isCode(err, golibvirt.ErrOperationAborted):
		fault.Message = "the transfer was ended"
	case fault.Kind == hawkfish.Internal: // what libvirt has no number for: mostly the other host
		fault.Kind, fault.Message = hawkfish.Unavailable, "the transfer has broken off"
	}
	return &fault
}

// follow reports progress until the call that transfers the guest has ended; without one, until there is no transfer any more.
func (t *transfer) follow(ctx context.Context, ended <-chan error) error {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
			return hawkfish.Down("libvirt", context.Cause(ctx))
		case <-look.C:
		}
		j, err := t.job(ctx)
		switch {
		case err != nil && ctx.Err() == nil && ended != nil && hawkfish.KindOf(err) == hawkfish.NotFound: // it has gone; the call says how
			continue
		case hawkfish.KindOf(err) == hawkfish.NotFound:
			return nil
		case err != nil:
			return err
		case !j.outgoing && ended == nil:
			return t.verdict()
		case !j.outgoing:
			continue
		}
		t.progress(j.MigrationProgress)
		if err := t.steer(ctx, j); err != nil {
			return err
		}
	}
}

func (t *transfer) verdict() error {
	if t.gaveUp {
		return hawkfish.NotConverged(t.Passage)
	}
	return nil
}

// lookEvery is how often a transfer is looked at.
const lookEvery = 200 * time.Millisecond

func (t *transfer) job(ctx context.Context) (job, error) {
	j, err := ask(ctx, t.Host, func(c *conn) (job, error) {
		dom, err := c.DomainLookupByUUID(t.id)
		if err != nil {
			return job{}, err
		}
		return jobOf(c, dom)
	})
	return about(t.Guest.ID, j, err)
}

var errPastReturn = &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the guest is at its new host already, and a part of its memory here"}

// isPastReturn reports that libvirt says of a job that it cannot be ended any more.
func isPastReturn(err error) bool {
	return isCode(err, golibvirt.ErrOperationInvalid) && strings.Contains(err.Error(), "post-copy")
}

// AbortMigration ends a transfer (virDomainAbortJob), and waits until it has ended.
func (h *Host) AbortMigration(ctx context.Context, p hawkfish.Passage) error {
	id, err := parseID(p.Guest.ID)
	if err != nil {
		return err
	}
	_, err = work(ctx, h, func(c *conn) (struct{}, error) { return struct{}{}, h.abort(ctx, c, id, p) })
	_, err = about(p.Guest.ID, struct{}{}, err)
	return err
}

func (h *Host) abort(ctx context.Context, c *conn, id golibvirt.UUID, p hawkfish.Passage) error {
	for {
		standing, err := h.standing(c, id)
		if err != nil {
			return err
		}
		switch standing {
		case hawkfish.StandsHalfSent:
			return errPastReturn
		case hawkfish.StandsSending:
			dom, err := c.DomainLookupByUUID(id)
			if err == nil {
				err = c.DomainAbortJob(dom)
			}
			if isPastReturn(err) {
				return errPastReturn
			}
			if err != nil && !isCode(err, golibvirt.ErrOperationInvalid) && !isCode(err, golibvirt.ErrNoDomain) {
				return err
			}
		case hawkfish.StandsNowhere, hawkfish.StandsSent:
			return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "the guest has gone from here"}
		default:
			return errors.Join(h.letGoOn(c, id, p, standing), h.withdraw(c, p))
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lookEvery):
		}
	}
}

// letGoOn makes a guest what it was before the transfer: off, if it was only started for that.
func (h *Host) letGoOn(c *conn, id golibvirt.UUID, p hawkfish.Passage, standing hawkfish.Standing) error {
	g, err := h.look(c, id)
	if err != nil || !g.isOn() {
		return err
	}
	if p.Mode == hawkfish.MigrateCold && g.IsPaused() {
		return h.destroy(g)
	}
	if standing == hawkfish.StandsHeld {
		return c.DomainResume(g.Domain)
	}
	return nil
}

// withdraw removes the volume by which the storage is known.
func (h *Host) withdraw(c *conn, p hawkfish.Passage) error {
	pool, err := h.openDisks(c)
	if err != nil {
		return err
	}
	return pool.remove(c, offerVolume(p))
}
