package simulated

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Method names a method of hawkfish.Hypervisor.
type Method string

const (
	AnyMethod Method = "*" // all that are not named

	MethodFacts            Method = "Facts"
	MethodFetchImage       Method = "FetchImage"
	MethodDropImage        Method = "DropImage"
	MethodFetchMedium      Method = "FetchMedium"
	MethodSweepMedia       Method = "SweepMedia"
	MethodCreateDisk       Method = "CreateDisk"
	MethodDeleteDisks      Method = "DeleteDisks"
	MethodDefine           Method = "Define"
	MethodConfigure        Method = "Configure"
	MethodUndefine         Method = "Undefine"
	MethodForget           Method = "Forget"
	MethodHasDisk          Method = "HasDisk"
	MethodStart            Method = "Start"
	MethodStop             Method = "Stop"
	MethodPressPowerButton Method = "PressPowerButton"
	MethodReset            Method = "Reset"
	MethodInjectNMI        Method = "InjectNMI"
	MethodPause            Method = "Pause"
	MethodResume           Method = "Resume"
	MethodSuspend          Method = "Suspend"
	MethodObserve          Method = "Observe"
	MethodObserveAll       Method = "ObserveAll"
	MethodWatch            Method = "Watch"
	MethodSerialOutput     Method = "SerialOutput"
	MethodInspect          Method = "Inspect"
	MethodMeasure          Method = "Measure"
	MethodForeign          Method = "Foreign"
	MethodAdopt            Method = "Adopt"
	MethodRelease          Method = "Release"

	MethodOfferMigration   Method = "OfferMigration"
	MethodPrepareMigration Method = "PrepareMigration"
	MethodMigrate          Method = "Migrate"
	MethodTuneMigration    Method = "TuneMigration"
	MethodAbortMigration   Method = "AbortMigration"
	MethodMigrationState   Method = "MigrationState"
	MethodSettleMigration  Method = "SettleMigration"
	MethodCleanMigration   Method = "CleanMigration"
	MethodForgetMigrated   Method = "ForgetMigrated"
)

// Latency is how long a call takes, picked evenly between the two.
type Latency struct{ Min, Max time.Duration }

// Fault is how calls go wrong.
type Fault struct {
	Rate  float64       // share of the calls that fail, 0 to 1
	Times int           // how many calls fail at most; 0: no limit
	Kind  hawkfish.Kind // of the error; empty: Unavailable
	// Late: the work is done, and only its answer is lost.
	Late bool
	// Hang: there is no answer until the caller's context ends.
	Hang bool
}

func (f Fault) error(m Method) error {
	kind := f.Kind
	if kind == "" {
		kind = hawkfish.Unavailable
	}
	return &hawkfish.Error{Kind: kind, Message: "simulated fault of " + string(m)}
}

// tuning holds the latencies and faults, which can be changed while the host is in use.
type tuning struct {
	mu        sync.Mutex
	latencies map[Method]Latency
	faults    map[Method]*Fault
}

func newTuning(latencies map[Method]Latency, faults map[Method]Fault) *tuning {
	t := &tuning{latencies: map[Method]Latency{}, faults: map[Method]*Fault{}}
	maps.Copy(t.latencies, latencies)
	for m, f := range faults {
		t.faults[m] = &f
	}
	return t
}

// SetLatency changes how long calls of a method take from now on.
func (h *Hypervisor) SetLatency(m Method, l Latency) {
	h.tuning.mu.Lock()
	defer h.tuning.mu.Unlock()
	h.tuning.latencies[m] = l
}

// SetFault changes how calls of a method go wrong from now on; the zero Fault: they do not.
func (h *Hypervisor) SetFault(m Method, f Fault) {
	h.tuning.mu.Lock()
	defer h.tuning.mu.Unlock()
	h.tuning.faults[m] = &f
}

// ClearFaults lets all calls succeed from now on.
func (h *Hypervisor) ClearFaults() {
	h.tuning.mu.Lock()
	defer h.tuning.mu.Unlock()
	clear(h.tuning.faults)
}

func of[T any](table map[Method]T, m Method) T {
	if v, ok := table[m]; ok {
		return v
	}
	return table[AnyMethod]
}

// fate decides how long a call takes, and whether and how it fails.
func (h *Hypervisor) fate(m Method) (time.Duration, *Fault) {
	h.tuning.mu.Lock()
	defer h.tuning.mu.Unlock()
	latency := of(h.tuning.latencies, m)
	duration := h.between(latency.Min, latency.Max)
	fault := of(h.tuning.faults, m)
	if fault == nil || !h.roll(fault.Rate) {
		return duration, nil
	}
	chosen := *fault
	if fault.Times == 1 {
		fault.Rate = 0
	} else if fault.Times > 1 {
		fault.Times--
	}
	return duration, &chosen
}

// call is the one way into the host: it takes its time, it may fail, and it ends when ctx does.
func call[T any](ctx context.Context, h *Hypervisor, m Method, do func() (T, error)) (T, error) {
	var none T
	duration, fault := h.fate(m)
	if err := pause(ctx, duration); err != nil {
		return none, err
	}
	if fault != nil && !fault.Late {
		return none, fault.answer(ctx, m)
	}
	v, err := do()
	if err == nil && fault != nil {
		return none, fault.answer(ctx, m)
	}
	return v, err
}

// answer is what the caller of a call that fails gets.
func (f *Fault) answer(ctx context.Context, m Method) error {
	if f.Hang {
		<-ctx.Done()
		return ended(ctx)
	}
	return f.error(m)
}

func pause(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return ended(ctx)
	}
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ended(ctx)
	case <-timer.C:
		return nil
	}
}

// ended is the error of a call whose context has ended.
func ended(ctx context.Context) error {
	return &hawkfish.Error{Kind: hawkfish.Unavailable, Message: "the call was ended", Err: context.Cause(ctx)}
}

var errClosed = &hawkfish.Error{Kind: hawkfish.Unavailable, Message: "the simulated host has been closed"}
