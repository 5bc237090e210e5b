package simulated_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/worker/simulated"
)

func guest(n int) hawkfish.Guest {
	return hawkfish.Guest{
		ID:        fmt.Sprintf("00000000-0000-4000-8000-%012d", n),
		Name:      fmt.Sprintf("system-%d", n),
		ProjectID: "11111111-1111-4111-8111-111111111111",
		CPUs:      1, MemoryMiB: 512, DiskGiB: 10,
		Network: "default", MAC: fmt.Sprintf("52:54:00:%02x:%02x:%02x", n>>16&255, n>>8&255, n&255),
		Machine: hawkfish.Machine{Boot: hawkfish.Boot{Primary: schemas.BootSourcePxe}},
	}
}

// defined makes systems 0 to n-1 of a host.
func defined(t testing.TB, h *simulated.Hypervisor, n int) {
	t.Helper()
	for i := range n {
		if err := errors.Join(h.CreateDisk(t.Context(), guest(i)), h.Define(t.Context(), guest(i))); err != nil {
			t.Fatal(err)
		}
	}
}

func wantKind(t *testing.T, err error, kind hawkfish.Kind) {
	t.Helper()
	if e, ok := errors.AsType[*hawkfish.Error](err); !ok || e.Kind != kind {
		t.Errorf("got %v (%T), want %s", err, err, kind)
	}
}

func TestFaultsHaveARate(t *testing.T) {
	t.Parallel()
	fails := func(seed uint64) (at []int) {
		h := open(t, simulated.Config{Seed: seed, Faults: map[simulated.Method]simulated.Fault{
			simulated.AnyMethod: {Rate: 0.25},
		}})
		for i := range 1000 {
			if _, err := h.Facts(t.Context()); err != nil {
				wantKind(t, err, hawkfish.Unavailable)
				at = append(at, i)
			}
		}
		return at
	}
	first, same, other := fails(1), fails(1), fails(2)
	if math.Abs(float64(len(first))-250) > 60 {
		t.Errorf("%d of 1000 calls failed", len(first))
	}
	if fmt.Sprint(first) != fmt.Sprint(same) || fmt.Sprint(first) == fmt.Sprint(other) {
		t.Error("the seed does not decide")
	}
}

func TestFaultsCanBeChanged(t *testing.T) {
	t.Parallel()
	h := open(t, simulated.Config{})
	defined(t, h, 1)
	id := guest(0).ID

	h.SetFault(simulated.MethodStart, simulated.Fault{Rate: 1, Times: 2, Kind: hawkfish.Exhausted})
	for range 2 {
		_, err := h.Start(t.Context(), id)
		wantKind(t, err, hawkfish.Exhausted)
	}
	if o, err := h.Start(t.Context(), id); err != nil || o.Power != schemas.PowerStateOn {
		t.Errorf("got %+v, %v", o, err)
	}

	h.SetFault(simulated.MethodStop, simulated.Fault{Rate: 1, Late: true})
	_, err := h.Stop(t.Context(), id)
	wantKind(t, err, hawkfish.Unavailable)
	if o, err := h.Observe(t.Context(), id); err != nil || o.Power != schemas.PowerStateOff {
		t.Errorf("the work of a late fault is not done: %+v, %v", o, err)
	}

	h.SetFault(simulated.AnyMethod, simulated.Fault{Rate: 1, Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := h.Observe(ctx, id); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}

	h.ClearFaults()
	if _, err := h.Stop(t.Context(), id); err != nil {
		t.Error(err)
	}
}

func TestLatency(t *testing.T) {
	t.Parallel()
	h := open(t, simulated.Config{})
	h.SetLatency(simulated.MethodFacts, simulated.Latency{Min: 20 * time.Millisecond, Max: 25 * time.Millisecond})
	begin := time.Now()
	if _, err := h.Facts(t.Context()); err != nil || time.Since(begin) < 20*time.Millisecond {
		t.Errorf("%v after %s", err, time.Since(begin))
	}
	h.SetLatency(simulated.MethodFacts, simulated.Latency{Min: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := h.Facts(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestTheHostIsFull(t *testing.T) {
	t.Parallel()
	h := open(t, simulated.Config{Capacity: hawkfish.Resources{CPUs: 4, MemoryMiB: 1024, DiskGiB: 30}})
	defined(t, h, 3)
	wantKind(t, h.CreateDisk(t.Context(), guest(3)), hawkfish.Exhausted)
	start := func(n int) error {
		_, err := h.Start(t.Context(), guest(n).ID)
		return err
	}
	if err := errors.Join(start(0), start(1), start(0)); err != nil {
		t.Fatal(err)
	}
	wantKind(t, start(2), hawkfish.Exhausted)
	if err := h.PowerOff(guest(0).ID); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(start(2), h.Undefine(t.Context(), guest(0).ID), h.DeleteDisks(t.Context(), guest(0).ID),
		h.CreateDisk(t.Context(), guest(3))); err != nil {
		t.Error(err)
	}
}

func TestGuestsActByThemselves(t *testing.T) {
	t.Parallel()
	h := open(t, simulated.Config{Guests: simulated.Behaviour{PowerOffEvery: 40 * time.Millisecond, RebootEvery: 10 * time.Millisecond}})
	defined(t, h, 20)
	seen := make(chan hawkfish.Observation, 10_000)
	ready := make(chan struct{})
	go func() {
		_ = h.Watch(t.Context(), func() { close(ready) }, func(o hawkfish.Observation) { seen <- o })
	}()
	<-ready
	for i := range 20 {
		if _, err := h.Start(t.Context(), guest(i).ID); err != nil {
			t.Fatal(err)
		}
	}
	for off, on := 0, 0; off < 20; {
		select {
		case o := <-seen:
			if o.Power == schemas.PowerStateOn {
				on++
			} else if off++; off == 20 && on <= 20 {
				t.Errorf("no guest restarted itself")
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%d guests switched themselves off", off)
		}
	}
}

func TestDeafGuests(t *testing.T) {
	t.Parallel()
	h := open(t, simulated.Config{Guests: simulated.Behaviour{Deaf: 1}})
	defined(t, h, 1)
	id := guest(0).ID
	if _, err := h.Start(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := h.PressPowerButton(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if o, err := h.Observe(t.Context(), id); err != nil || o.Power != schemas.PowerStateOn {
		t.Errorf("got %+v, %v", o, err)
	}
}

func TestEventsAreLost(t *testing.T) {
	t.Parallel()
	h := open(t, simulated.Config{})
	watch := func(then func()) error {
		return h.Watch(t.Context(), then, func(hawkfish.Observation) {})
	}
	wantKind(t, watch(h.LoseEvents), hawkfish.Unavailable)
	h.SetFault(simulated.MethodWatch, simulated.Fault{Rate: 1, Times: 1})
	wantKind(t, watch(func() { t.Error("it is ready") }), hawkfish.Unavailable)
	wantKind(t, watch(func() { h.Close() }), hawkfish.Unavailable)
	_, err := h.ObserveAll(t.Context())
	wantKind(t, err, hawkfish.Unavailable)
}
