package libvirt

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// feed listens to the events of the host's domains on a connection of its own.
// It notes in the marks what guests do by themselves, and tells the watchers.
type feed struct {
	h *Host

	mu       sync.Mutex
	watchers map[*watcher]struct{}
	up       bool
	changed  chan struct{} // closed when up changes, or the feed fails to come up
	err      error         // why it is not up
	again    bool          // it has been up before; used by run alone

	conn      *conn                   // nil: it is not up
	listening map[golibvirt.UUID]bool // to QEMU's events, of guests that are or were armed
	reviving  sync.WaitGroup

	dirty chan struct{} // says that news is not empty
	news  map[golibvirt.UUID][]event
}

// event is one thing that libvirt has told; what is -1 when only a look is due.
type event struct {
	what happening
	at   time.Time
}

const (
	otherwise happening = -1 - iota
	trayMoved
)

// heartbeat is how often a silent connection is tried: a daemon that hangs sends no event either.
const heartbeat = 5 * time.Second

var errStopped = errors.New("the host has been closed")

func newFeed(h *Host) *feed {
	return &feed{
		h: h, watchers: map[*watcher]struct{}{}, changed: make(chan struct{}),
		dirty: make(chan struct{}, 1), news: map[golibvirt.UUID][]event{}, listening: map[golibvirt.UUID]bool{},
	}
}

// run keeps the feed up until ctx ends.
func (f *feed) run(ctx context.Context) {
	pause := reconnecting()
	for ctx.Err() == nil {
		err := f.listen(ctx, pause.Reset)
		if ctx.Err() != nil {
			break
		}
		if f.set(false, hawkfish.Down("libvirt", err)) {
			f.h.log.Warn("the host's events are lost", "error", err)
		}
		select {
		case <-time.After(pause.NextBackOff()):
		case <-ctx.Done():
		}
	}
	f.set(false, hawkfish.Down("libvirt", errStopped))
}

// listen subscribes and passes on events until the connection is lost.
func (f *feed) listen(ctx context.Context, subscribed func()) error {
	c, err := f.h.conns.dial(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	defer context.AfterFunc(ctx, c.close)()
	var lifecycle, reboot, trays <-chan any
	// The end of ctx closes the connection, and takes nothing back on it: libvirtd may crash when both come at once.
	subscription := context.WithoutCancel(ctx)
	err = bounded(ctx, f.h.cfg.Deadline, c, func() (err error) {
		if lifecycle, err = c.SubscribeEvents(subscription, golibvirt.DomainEventIDLifecycle, nil); err == nil {
			reboot, err = c.SubscribeEvents(subscription, golibvirt.DomainEventIDReboot, nil)
		}
		if err == nil {
			trays, err = c.SubscribeEvents(subscription, golibvirt.DomainEventIDTrayChange, nil)
		}
		if err == nil {
			err = f.askForTrays(c)
		}
		return err
	})
	// go-libvirt's goroutines end when the connection has been closed and all they hold has been taken.
	defer func() { go drain(lifecycle); go drain(reboot); go drain(trays) }()
	if err != nil {
		return err
	}
	if f.set(true, nil) && f.again {
		f.h.forgetPlatform() // it may be a new daemon, of another version
	}
	f.again = true
	subscribed()

	ctx, cancel := context.WithCancel(ctx)
	f.connect(c)
	looking := make(chan error, 1)
	go func() {
		err := f.recover(ctx)
		if err == nil {
			err = f.lookAll(ctx)
		}
		c.close() // ends what follows
		looking <- err
	}()
	err = f.follow(c, lifecycle, reboot, trays)
	f.connect(nil)
	cancel()
	err = errors.Join(err, <-looking)
	f.reviving.Wait()
	return err
}

// follow notes events, and sees to it that libvirtd is alive, until the connection is lost.
func (f *feed) follow(c *conn, lifecycle, reboot, trays <-chan any) error {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case e, ok := <-lifecycle:
			if !ok {
				return golibvirt.ErrInterrupted
			}
			f.takeLifecycle(e)
		case e, ok := <-reboot:
			if !ok {
				return golibvirt.ErrInterrupted
			}
			if m, ok := e.(*golibvirt.DomainEventCallbackRebootMsg); ok {
				f.take(m.Msg.Dom, rebooted)
			}
		case e, ok := <-trays:
			if !ok {
				return golibvirt.ErrInterrupted
			}
			if m, ok := e.(*golibvirt.DomainEventCallbackTrayChangeMsg); ok {
				f.take(m.Msg.Dom, trayMoved)
			}
		case <-beat.C:
			if err := bounded(context.Background(), f.h.cfg.Deadline, c, c.ping); err != nil {
				return err
			}
		}
	}
}

// askForTrays has the trays of all guests that run looked at: they may have moved while nobody listened.
func (f *feed) askForTrays(c *conn) error {
	running, _, err := c.ConnectListAllDomains(1, golibvirt.ConnectListDomainsActive)
	for _, dom := range running {
		f.take(dom, trayMoved)
	}
	return err
}

func drain(ch <-chan any) {
	if ch == nil {
		return
	}
	for range ch {
	}
}

func (f *feed) takeLifecycle(e any) {
	m, ok := e.(*golibvirt.DomainEventCallbackLifecycleMsg)
	if !ok {
		return
	}
	what := otherwise
	// A guest that goes on where Suspend has stopped it has not started anew.
	if golibvirt.DomainEventType(m.Msg.Event) == golibvirt.DomainEventStarted &&
		golibvirt.DomainEventStartedDetailType(m.Msg.Detail) == golibvirt.DomainEventStartedBooted {
		what = started
	}
	f.take(m.Msg.Dom, what)
}

// take notes an event. It never waits, so that events are dated when they come.
func (f *feed) take(dom golibvirt.Domain, what happening) {
	f.mu.Lock()
	f.news[dom.UUID] = append(f.news[dom.UUID], event{what, now()})
	f.mu.Unlock()
	select {
	case f.dirty <- struct{}{}:
	default:
	}
}

// lookAll looks at the systems that there is news of, until ctx ends or libvirtd does not answer.
func (f *feed) lookAll(ctx context.Context) error {
	for {
		select {
		case <-f.dirty:
		case <-ctx.Done():
			return nil
		}
		f.mu.Lock()
		news := f.news
		f.news = map[golibvirt.UUID][]event{}
		f.mu.Unlock()
		for id, events := range news {
			if err := f.look(ctx, id, events); err != nil {
				return err
			}
		}
	}
}

// look sees what has become of a system, and passes it on. Domains that are not HawkFish's are left out.
func (f *feed) look(ctx context.Context, id golibvirt.UUID, events []event) error {
	h := f.h
	known := h.registry.known(id)
	ours := known != nil && h.registry.isSystem(known)
	o, err := ask(ctx, h, func(c *conn) (hawkfish.Observation, error) {
		at := time.Now().UTC()
		g, err := h.look(c, id)
		if err == nil && h.unsettled(g) {
			f.revive(ctx, g.Domain)
			return hawkfish.Observation{}, nil
		}
		if err == nil && !g.isOn() {
			err = h.lapse(g)
		}
		if err == nil && h.dateByItself(g.record, events) {
			if err := h.save(c, g.Domain, g.record); err != nil && !isCode(err, golibvirt.ErrNoDomain) {
				return hawkfish.Observation{}, err
			}
			g, err = h.look(c, id)
		}
		if err == nil && slices.ContainsFunc(events, func(e event) bool { return e.what == trayMoved }) {
			if err = h.noteEjection(g); err == nil {
				g, err = h.look(c, id)
			}
		}
		if errors.Is(err, errForeign) || isCode(err, golibvirt.ErrNoDomain) && !ours {
			return hawkfish.Observation{}, nil
		}
		if isCode(err, golibvirt.ErrNoDomain) {
			h.registry.forget(id)
			return hawkfish.Observation{SystemID: known.id, At: at, Absent: true}, nil
		}
		return g.Observation, err
	})
	if err == nil && o.SystemID != "" {
		f.tell(o)
	}
	return err
}

// causesOfReset says what makes guests start and reset that HawkFish has not asked to.
var causesOfReset = map[happening]schemas.LastResetCauses{
	started: schemas.LastResetCausesUnknown, rebooted: schemas.LastResetCausesOSSoftRestart,
}

// dateByItself dates the starts and resets that HawkFish has not asked for, and reports whether there were any.
func (h *Host) dateByItself(rec *record, events []event) bool {
	dated := false
	for _, e := range events {
		if e.what < 0 || h.registry.isOurs(rec, e.what, e.at) {
			continue
		}
		h.registry.change(rec, func(m *mark) {
			if e.at.After(m.LastReset.Time) {
				m.LastReset, m.ResetCause = moment{e.at}, causesOfReset[e.what]
				dated = true
			}
		})
	}
	return dated
}
