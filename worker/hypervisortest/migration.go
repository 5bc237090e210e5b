package hypervisortest

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// passing is a guest that is to go from one host to the other.
type passing struct {
	*fixture // the host that it leaves
	pair     Pair
	far      *fixture // the other one
	p        hawkfish.Passage
	from     hawkfish.Departing
	to       hawkfish.Landing
	started  hawkfish.Observation // zero: it is off
}

// passing makes a guest on one of two hosts, and lets it run.
func (f *fixture) passing(runs bool) *passing {
	f.Helper()
	if f.Pair == nil {
		f.Skip("this world has one host")
	}
	pair := f.Pair(f.T)
	near, far := &fixture{T: f.T, World: f.World, Host: pair.From}, &fixture{T: f.T, World: f.World, Host: pair.To}
	near.fetch(near.Image)
	far.dropAfterwards(far.Image.SHA256) // when the guest has been removed
	g := near.cloned()
	x := &passing{fixture: near, pair: pair, far: far, p: hawkfish.Passage{ID: uuid.NewString(), From: "h1", To: "h2", Guest: g}}
	f.afterwards(func(ctx context.Context) {
		_ = x.AbortMigration(ctx, x.p)
		x.far.remove(ctx, g.ID)
	})
	if runs {
		var err error
		x.started, err = x.Start(x.ctx(), g.ID)
		x.ok(err)
		x.awaitBoots(g.ID, 1)
	} else {
		x.p.Mode = hawkfish.MigrateCold
	}
	return x
}

func (x *passing) id() string { return x.p.Guest.ID }

// prepare makes place for the guest.
func (x *passing) prepare() {
	x.Helper()
	var err error
	x.from, err = x.OfferMigration(x.ctx(), x.p)
	x.ok(err)
	x.to, err = x.far.PrepareMigration(x.ctx(), x.p, x.from)
	x.ok(err)
	if x.to.NeedsImage {
		x.ok(noValue(x.far.FetchImage(x.ctx(), x.Image, func(int64, int64) {})))
		x.to, err = x.far.PrepareMigration(x.ctx(), x.p, x.from)
		x.ok(err)
	}
	if !x.to.Ready() || x.to.Shared != x.pair.Shared {
		x.Fatalf("place: %+v", x.to)
	}
}

func (x *passing) migrate(ctx context.Context, progress func(hawkfish.MigrationProgress)) error {
	if progress == nil {
		progress = func(hawkfish.MigrationProgress) {}
	}
	return x.Migrate(ctx, x.p, x.from, x.to, progress)
}

// stands checks what both hosts have of the guest.
func (x *passing) stands(want hawkfish.Whereabouts) {
	x.Helper()
	from, err := x.MigrationState(x.ctx(), x.id())
	x.ok(err)
	to, err := x.far.MigrationState(x.ctx(), x.id())
	x.ok(err)
	if got := hawkfish.Locate(from, to); got != want {
		x.Fatalf("the guest has %s (%s, %s), want %s", got, from, to, want)
	}
}

// arrive does what follows on a transfer, and checks that the guest is what it was.
func (x *passing) arrive(power schemas.PowerState) hawkfish.Arrival {
	x.Helper()
	x.stands(hawkfish.Arrived)
	came, err := x.far.SettleMigration(x.ctx(), x.p)
	x.ok(err)
	x.far.sees(came.Seen, x.id(), power)
	again, err := x.far.SettleMigration(x.ctx(), x.p)
	x.ok(err)
	x.far.sees(again.Seen, x.id(), power)
	if power == schemas.PowerStateOn && !came.Seen.LastReset.Equal(x.started.LastReset) {
		x.Errorf("it last started at %s, and was started at %s", came.Seen.LastReset, x.started.LastReset)
	}
	for range 2 {
		x.ok(x.ForgetMigrated(x.ctx(), x.id(), x.to.Shared))
	}
	x.left(x.fixture, x.pair.Shared)
	x.far.sees(x.far.observe(x.id()), x.id(), power)
	return came
}

// left checks that a host has nothing of the guest, but for a disk that is the other's, too.
func (x *passing) left(f *fixture, shared bool) {
	x.Helper()
	if o := f.observe(x.id()); !o.Absent {
		x.Errorf("a host still has %+v", o)
	}
	has, err := f.HasDisk(f.ctx(), x.p.Guest)
	x.ok(err)
	if has != shared {
		x.Errorf("a host has the disk: %v", has)
	}
}

// stayed checks that the guest is what it was where it was, and that nothing is left on the other host.
func (x *passing) stayed(power schemas.PowerState) {
	x.Helper()
	for range 2 {
		x.ok(x.AbortMigration(x.ctx(), x.p))
		x.ok(x.far.CleanMigration(x.ctx(), x.id()))
	}
	x.stands(hawkfish.Stayed)
	now := x.observe(x.id())
	x.sees(now, x.id(), power)
	if power == schemas.PowerStateOn && !now.LastReset.Equal(x.started.LastReset) {
		x.Errorf("it last started at %s, and was started at %s", now.LastReset, x.started.LastReset)
	}
	x.left(x.far, x.pair.Shared)
}

var migrationTests = []test{
	{"a guest that runs goes on at the other host", func(f *fixture) {
		x := f.passing(true)
		x.prepare()
		x.ok(x.migrate(x.ctx(), nil))
		x.ok(x.migrate(x.ctx(), nil)) // it has gone
		x.arrive(schemas.PowerStateOn)
		seen, err := x.far.Reset(x.ctx(), x.id(), "after") // its mark came with it
		x.ok(err)
		if !seen.LastReset.After(x.started.LastReset) {
			x.Errorf("got %+v", seen)
		}
		all, err := x.far.ObserveAll(x.ctx())
		x.ok(err)
		if !slices.ContainsFunc(all, func(o hawkfish.Observation) bool { return o.SystemID == x.id() }) {
			x.Error("it is not among the other host's systems")
		}
	}},
	{"a guest that is off is off at the other host, and starts there", func(f *fixture) {
		x := f.passing(false)
		x.prepare()
		x.ok(x.migrate(x.ctx(), nil))
		x.arrive(schemas.PowerStateOff)
		x.ok(noValue(x.far.Start(x.ctx(), x.id())))
		x.far.awaitBoots(x.id(), 1)
	}},
	{"one that is paused stays so", func(f *fixture) {
		x := f.passing(true)
		x.ok(noValue(x.Pause(x.ctx(), x.id())))
		x.prepare()
		x.ok(x.migrate(x.ctx(), nil))
		x.arrive(schemas.PowerStatePaused)
	}},
	{"it can come back", func(f *fixture) {
		x := f.passing(true)
		x.prepare()
		x.ok(x.migrate(x.ctx(), nil))
		x.arrive(schemas.PowerStateOn)
		back := *x
		back.fixture, back.far, back.p.ID = x.far, x.fixture, uuid.NewString()
		back.prepare()
		back.ok(back.migrate(back.ctx(), nil))
		back.arrive(schemas.PowerStateOn)
	}},
	{"place that was made and is not needed is cleaned", func(f *fixture) {
		x := f.passing(true)
		x.prepare()
		x.prepare()
		x.stayed(schemas.PowerStateOn)
	}},
	{"a transfer goes on without whoever has asked for it, and is followed by the next", func(f *fixture) {
		x := f.passing(true)
		x.slow()
		x.prepare()
		ctx, cancel := context.WithCancel(x.ctx())
		err := x.migrate(ctx, func(hawkfish.MigrationProgress) { cancel() })
		if err == nil {
			x.Skip("it was too quick")
		}
		if x.pair.Reopen != nil {
			x.Hypervisor = x.pair.Reopen(x.T)
		}
		x.ok(x.migrate(x.ctx(), nil))
		x.arrive(schemas.PowerStateOn)
	}},
	{"a transfer can be ended, and the guest goes on where it is", func(f *fixture) {
		x := f.passing(true)
		x.slow()
		x.prepare()
		began := make(chan struct{}, 1)
		ended := make(chan error, 1)
		go func() {
			ended <- x.migrate(x.Context(), func(hawkfish.MigrationProgress) {
				select {
				case began <- struct{}{}:
				default:
				}
			})
		}()
		select {
		case <-began:
		case err := <-ended:
			x.Fatalf("it ended at once: %v", err)
		}
		x.ok(x.AbortMigration(x.ctx(), x.p))
		if err := <-ended; err == nil {
			x.Error("the transfer that was ended says that it has succeeded")
		}
		x.stayed(schemas.PowerStateOn)
	}},
	{"one that does not converge is given up", func(f *fixture) {
		x := f.passing(true)
		x.restless(hawkfish.ConvergeFail)
		x.fails(x.migrate(x.ctx(), nil), hawkfish.TimedOut)
		x.stayed(schemas.PowerStateOn)
	}},
	{"one that does not converge is held", func(f *fixture) {
		x := f.passing(true)
		x.restless(hawkfish.ConvergePause)
		x.ok(x.migrate(x.ctx(), nil))
		x.arrive(schemas.PowerStateOn)
	}},
	{"one that does not converge goes on at the other host", func(f *fixture) {
		x := f.passing(true)
		x.restless(hawkfish.ConvergePostCopy)
		x.ok(x.migrate(x.ctx(), nil))
		x.arrive(schemas.PowerStateOn)
	}},
	{"a guest that has gone cannot be called back", func(f *fixture) {
		x := f.passing(true)
		x.prepare()
		x.ok(x.migrate(x.ctx(), nil))
		x.fails(x.AbortMigration(x.ctx(), x.p), hawkfish.Conflict)
		x.fails(x.far.CleanMigration(x.ctx(), x.id()), hawkfish.Conflict)
		x.ok(noValue(x.far.PrepareMigration(x.ctx(), x.p, x.from))) // it touches nothing
		x.arrive(schemas.PowerStateOn)
	}},
	{"what it is known to be: copied, or shared", func(f *fixture) {
		x := f.passing(true)
		var err error
		x.from, err = x.OfferMigration(x.ctx(), x.p)
		x.ok(err)
		otherwise := x.pair.Shared
		x.p.CopyStorage = &otherwise
		_, err = x.far.PrepareMigration(x.ctx(), x.p, x.from)
		x.fails(err, hawkfish.Conflict)
	}},
	{"another domain of its name keeps it away", func(f *fixture) {
		x := f.passing(true)
		other := x.far.guest()
		other.Name = x.p.Guest.Name
		x.ok(x.far.Define(x.ctx(), other))
		var err error
		x.from, err = x.OfferMigration(x.ctx(), x.p)
		x.ok(err)
		_, err = x.far.PrepareMigration(x.ctx(), x.p, x.from)
		x.fails(err, hawkfish.Exists)
		x.stayed(schemas.PowerStateOn)
	}},
	{"limits change only what is under way", func(f *fixture) {
		x := f.passing(true)
		x.fails(x.TuneMigration(x.ctx(), x.id(), 10, 100), hawkfish.Conflict)
	}},
}

// slow makes the transfer last for a while.
func (x *passing) slow() { x.p.BandwidthMiBps = 8 }

// restless has a guest that no transfer keeps up with, and what is to become of it.
func (x *passing) restless(policy hawkfish.Convergence) {
	x.Helper()
	if x.pair.NeverConverge == nil {
		x.Skip("guests of this world cannot")
	}
	x.pair.NeverConverge(x.T, x.id())
	x.p.IfNotConverged, x.p.ConvergeBy = policy, time.Second
	x.slow()
	x.prepare()
}
