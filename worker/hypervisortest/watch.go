package hypervisortest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// watching is a Watch under way.
type watching struct {
	f    *fixture
	seen chan hawkfish.Observation
	stop context.CancelFunc
	done chan error
}

// watch starts to watch, and returns when no later change can be missed.
func (f *fixture) watch() *watching {
	f.Helper()
	ctx, cancel := context.WithCancel(f.Context())
	w := &watching{f: f, seen: make(chan hawkfish.Observation, 1000), stop: cancel, done: make(chan error, 1)}
	ready := make(chan struct{})
	var calls, inside atomic.Int32
	go func() {
		w.done <- f.Watch(ctx, func() {
			if calls.Add(1) == 1 {
				close(ready)
			}
		}, func(o hawkfish.Observation) {
			if inside.Add(1) != 1 {
				f.Error("two goroutines report changes")
			}
			w.seen <- o
			inside.Add(-1)
		})
	}()
	f.Cleanup(func() {
		cancel()
		if calls.Load() != 1 {
			f.Errorf("ready was called %d times", calls.Load())
		}
	})
	select {
	case <-ready:
	case err := <-w.done:
		f.Fatalf("the watch ended before it was ready: %v", err)
	case <-time.After(f.Patience):
		f.Fatal("the watch does not become ready")
	}
	return w
}

// until waits for a change of a system that is as wanted.
func (w *watching) until(what, id string, is func(hawkfish.Observation) bool) hawkfish.Observation {
	w.f.Helper()
	timeout := time.After(w.f.Patience)
	for {
		select {
		case o := <-w.seen:
			if o.SystemID == id && is(o) {
				return o
			}
		case err := <-w.done:
			w.f.Fatalf("the watch ended: %v", err)
		case <-timeout:
			w.f.Fatalf("%s: not seen within %s", what, w.f.Patience)
		}
	}
}

func isOn(o hawkfish.Observation) bool     { return !o.Absent && o.Power == schemas.PowerStateOn }
func isOff(o hawkfish.Observation) bool    { return !o.Absent && o.Power == schemas.PowerStateOff }
func isAbsent(o hawkfish.Observation) bool { return o.Absent }

var watchTests = []test{
	{"what HawkFish does is seen", func(f *fixture) {
		w := f.watch()
		g := f.bootable()
		w.until("the definition", g.ID, isOff)
		started, err := f.Start(f.ctx(), g.ID)
		f.ok(err)
		f.awaitBoots(g.ID, 1)
		on := w.until("the start", g.ID, isOn)
		if !on.LastReset.Equal(started.LastReset) {
			f.Errorf("got %+v after %+v", on, started)
		}
		f.ok(noValue(f.Reset(f.ctx(), g.ID, "op")))
		reset := w.until("the reset", g.ID, func(o hawkfish.Observation) bool {
			return isOn(o) && o.LastReset.After(started.LastReset)
		})
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		off := w.until("the stop", g.ID, isOff)
		f.ok(f.Undefine(f.ctx(), g.ID))
		absent := w.until("the end", g.ID, isAbsent)
		if !reset.At.After(on.At) || !off.At.After(reset.At) || !absent.At.After(off.At) {
			f.Errorf("out of order: %+v %+v %+v %+v", on, reset, off, absent)
		}
	}},
	{"the power button's effect is seen", func(f *fixture) {
		g, _ := f.booted()
		w := f.watch()
		f.ok(f.PressPowerButton(f.ctx(), g.ID))
		w.until("the shutdown", g.ID, isOff)
	}},
	{"a guest that switches itself off is seen", func(f *fixture) {
		if f.PowerOff == nil {
			f.Skip("guests of this world cannot")
		}
		g, _ := f.booted()
		w := f.watch()
		f.PowerOff(f.T, g.ID)
		w.until("the shutdown", g.ID, isOff)
	}},
	{"a guest that restarts itself is seen", func(f *fixture) {
		if f.Reboot == nil {
			f.Skip("guests of this world cannot")
		}
		g, started := f.booted()
		w := f.watch()
		f.Reboot(f.T, g.ID)
		o := w.until("the restart", g.ID, func(o hawkfish.Observation) bool {
			return isOn(o) && o.LastReset.After(started.LastReset)
		})
		if o.ResetCause != schemas.LastResetCausesOSSoftRestart {
			f.Errorf("got %+v", o)
		}
	}},
	{"a guest whose process dies is seen", func(f *fixture) {
		if f.Die == nil {
			f.Skip("guests of this world cannot")
		}
		g, _ := f.booted()
		w := f.watch()
		f.Die(f.T, g.ID)
		f.because(w.until("the death", g.ID, isOff), hawkfish.CauseCrashed)
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		w.until("the next start", g.ID, isOn)
	}},
	{"a guest that is held is seen", func(f *fixture) {
		g, _ := f.booted()
		w := f.watch()
		f.ok(noValue(f.Pause(f.ctx(), g.ID)))
		f.because(w.until("the pause", g.ID, hawkfish.Observation.IsPaused), hawkfish.CausePaused)
		f.ok(noValue(f.Resume(f.ctx(), g.ID)))
		w.until("the end of it", g.ID, isOn)
	}},
	{"several can watch", func(f *fixture) {
		first, second := f.watch(), f.watch()
		g := f.defined()
		first.until("the definition", g.ID, isOff)
		second.until("the definition", g.ID, isOff)
	}},
	{"it ends with its context", func(f *fixture) {
		w := f.watch()
		w.stop()
		select {
		case err := <-w.done:
			if !errors.Is(err, context.Canceled) {
				f.Errorf("got %v", err)
			}
		case <-time.After(f.Patience):
			f.Error("it does not end")
		}
	}},
}
