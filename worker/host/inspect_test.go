package host

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/inventory"
	"github.com/projectbeskar/hawkfish/schemas"
)

// stock is a hypervisor of which only what its systems have matters.
type stock struct {
	hawkfish.Hypervisor
	mu    sync.Mutex
	has   map[string]hawkfish.Inventory
	looks map[string]int
}

func (s *stock) Inspect(_ context.Context, id string) (hawkfish.Inventory, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks[id]++
	i, ok := s.has[id]
	if !ok {
		return i, hawkfish.Missing("ComputerSystem", id)
	}
	i.SystemID, i.At = id, time.Now()
	return i, nil
}

func (s *stock) set(id, hostName string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has[id] = hawkfish.Inventory{Guest: hawkfish.GuestFacts{HostName: hostName}}
}

func (s *stock) count(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.looks[id]
}

// inspecting runs an inspector within a bubble; what it tells is collected.
func inspecting(t *testing.T, hv hawkfish.Hypervisor, fail *atomic.Bool) (*inspector, func() []hawkfish.Inventory) {
	var mu sync.Mutex
	var told []hawkfish.Inventory
	i := newInspector(Config{ID: "h1", Hypervisor: hv, Log: slog.New(slog.DiscardHandler)})
	i.tell = func(_ context.Context, d inventory.Description) error {
		mu.Lock()
		defer mu.Unlock()
		if fail.Load() {
			return errors.New("the fleet is away")
		}
		told = append(told, d.Seen...)
		return nil
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { i.run(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done })
	return i, func() []hawkfish.Inventory {
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		return told
	}
}

// A guest that has started is looked at until it has had time to boot, and only what is new is told.
func TestAGuestThatHasStartedIsLookedAtAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hv := &stock{has: map[string]hawkfish.Inventory{}, looks: map[string]int{}}
		hv.set("a", "")
		var fail atomic.Bool
		i, told := inspecting(t, hv, &fail)
		i.happened(at("a", 1, schemas.PowerStateOn))
		if got := told(); len(got) != 1 {
			t.Fatalf("told %+v", got)
		}
		hv.set("a", "guest")
		time.Sleep(6 * time.Second)
		if got := told(); len(got) != 2 || got[1].Guest.HostName != "guest" {
			t.Errorf("told %+v", got)
		}
		time.Sleep(time.Hour)
		if got := told(); len(got) != 2 || hv.count("a") != 1+len(followUps) {
			t.Errorf("told %d times of %d looks", len(got), hv.count("a"))
		}
	})
}

// A guest that is off has nothing more to tell; one that is gone is forgotten.
func TestAGuestThatIsOffIsLookedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hv := &stock{has: map[string]hawkfish.Inventory{}, looks: map[string]int{}}
		hv.set("a", "")
		var fail atomic.Bool
		i, told := inspecting(t, hv, &fail)
		i.happened(at("a", 1, schemas.PowerStateOff))
		i.happened(at("gone", 1, schemas.PowerStateOn))
		time.Sleep(time.Hour)
		if got := told(); len(got) != 1 || hv.count("a") != 1 || hv.count("gone") != 1 {
			t.Errorf("told %+v after %d and %d looks", got, hv.count("a"), hv.count("gone"))
		}
	})
}

// What was not taken is told again, and each comparison finds what nobody was told of.
func TestWhatWasNotTakenIsToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hv := &stock{has: map[string]hawkfish.Inventory{}, looks: map[string]int{}}
		hv.set("a", "")
		hv.set("b", "")
		var fail atomic.Bool
		fail.Store(true)
		i, told := inspecting(t, hv, &fail)
		i.compare([]hawkfish.Observation{at("a", 1, schemas.PowerStateOff), at("b", 1, schemas.PowerStateOff)})
		if got := told(); len(got) != 0 {
			t.Fatalf("told %+v", got)
		}
		fail.Store(false)
		time.Sleep(2 * retryEvery)
		if got := told(); len(got) != 2 {
			t.Fatalf("told %+v", got)
		}
		hv.set("b", "renamed")
		i.compare([]hawkfish.Observation{at("a", 1, schemas.PowerStateOff), at("b", 1, schemas.PowerStateOff)})
		if got := told(); len(got) != 3 || got[2].Guest.HostName != "renamed" {
			t.Errorf("told %+v", got)
		}
	})
}
