package host

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/inventory"
	"github.com/projectbeskar/hawkfish/schemas"
)

// eyes is a hypervisor of which only the looking matters.
type eyes struct {
	hawkfish.Hypervisor
	all   []hawkfish.Observation
	watch func(ctx context.Context, ready func(), seen func(hawkfish.Observation)) error
}

func (e eyes) ObserveAll(context.Context) ([]hawkfish.Observation, error) { return e.all, nil }
func (e eyes) Watch(ctx context.Context, ready func(), seen func(hawkfish.Observation)) error {
	return e.watch(ctx, ready, seen)
}

func at(id string, second int, power schemas.PowerState) hawkfish.Observation {
	return hawkfish.Observation{SystemID: id, Power: power, At: time.Unix(int64(second), 0)}
}

func testReporter(hv hawkfish.Hypervisor, report func(context.Context, inventory.Sighting) error) *reporter {
	r := newReporter(Config{ID: "h1", Hypervisor: hv, Log: slog.New(slog.DiscardHandler)})
	r.report = report
	return r
}

// What happens while a report is under way goes in one next report, the latest of each system.
func TestChangesAreGatheredWhileAReportIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports, answer := make(chan inventory.Sighting), make(chan error)
		r := testReporter(nil, func(_ context.Context, s inventory.Sighting) error { reports <- s; return <-answer })
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go r.send(ctx)

		r.saw(at("a", 1, schemas.PowerStateOn))
		if first := <-reports; len(first.Seen) != 1 {
			t.Fatalf("first report: %+v", first)
		}
		r.saw(at("a", 3, schemas.PowerStateOff))
		r.saw(at("a", 2, schemas.PowerStateOn)) // late
		r.saw(at("b", 2, schemas.PowerStateOn))
		answer <- nil
		second := <-reports
		latest := map[string]schemas.PowerState{}
		for _, o := range second.Seen {
			latest[o.SystemID] = o.Power
		}
		if len(second.Seen) != 2 || latest["a"] != schemas.PowerStateOff || latest["b"] != schemas.PowerStateOn {
			t.Errorf("second report: %+v", second)
		}
		answer <- nil
		synctest.Wait()
	})
}

// A report that was not taken is sent again, with what is newer in place of what is older.
func TestAReportThatWasNotTakenIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reports, answer := make(chan inventory.Sighting), make(chan error)
		r := testReporter(nil, func(_ context.Context, s inventory.Sighting) error { reports <- s; return <-answer })
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go r.send(ctx)

		whole := time.Unix(5, 0)
		r.gather([]hawkfish.Observation{at("a", 1, schemas.PowerStateOn), at("b", 1, schemas.PowerStateOn)}, whole)
		<-reports
		r.saw(at("a", 6, schemas.PowerStateOff))
		answer <- errors.New("the fleet is away")
		again := <-reports
		if len(again.Seen) != 2 || !again.Complete.Equal(whole) {
			t.Errorf("sent again: %+v", again)
		}
		for _, o := range again.Seen {
			if o.SystemID == "a" && o.Power != schemas.PowerStateOff {
				t.Error("an older look took the place of a newer one")
			}
		}
		answer <- nil
		synctest.Wait()
	})
}

// Each time events begin to flow everything is looked at, since nobody knows what was missed.
func TestEverythingIsLookedAtWheneverEventsBeginToFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flows := 0
		hv := eyes{all: []hawkfish.Observation{at("a", 1, schemas.PowerStateOn)}, watch: func(ctx context.Context, ready func(), _ func(hawkfish.Observation)) error {
			flows++
			ready()
			if flows == 1 {
				time.Sleep(time.Minute)
				return errors.New("connection lost")
			}
			<-ctx.Done()
			return ctx.Err()
		}}
		looks := make(chan inventory.Sighting, 10)
		r := testReporter(hv, func(_ context.Context, s inventory.Sighting) error { looks <- s; return nil })
		ctx, stop := context.WithCancel(t.Context())
		go r.send(ctx)
		go r.watch(ctx)
		for range 2 {
			if s := <-looks; s.Complete.IsZero() || len(s.Seen) != 1 {
				t.Errorf("not a full look: %+v", s)
			}
		}
		stop()
		synctest.Wait()
	})
}

// A host of any size is reported, and all systems have been reported when one report says so.
func TestALargeHostIsReportedInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const systems = 2*maxSeen + 1
		reports := make(chan inventory.Sighting)
		fail := true
		r := testReporter(nil, func(_ context.Context, s inventory.Sighting) error {
			if fail {
				fail = false
				return errors.New("the fleet is away")
			}
			reports <- s
			return nil
		})
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go r.send(ctx)

		var all []hawkfish.Observation
		for i := range systems {
			all = append(all, at(strconv.Itoa(i), 5, schemas.PowerStateOn))
		}
		whole := time.Unix(5, 0)
		r.gather(all, whole)
		told := map[string]bool{}
		for len(told) < systems {
			s := <-reports
			for _, o := range s.Seen {
				told[o.SystemID] = true
			}
			if last := len(told) == systems; len(s.Seen) > maxSeen || !s.Complete.Equal(map[bool]time.Time{true: whole}[last]) {
				t.Errorf("%d systems, complete %v, after which %d of %d are told", len(s.Seen), s.Complete, len(told), systems)
			}
		}
		synctest.Wait()
	})
}
