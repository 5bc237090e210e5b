package control

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// DispatchStore is what the dispatcher keeps.
type DispatchStore interface {
	hawkfish.Dispatch
	hawkfish.Ledger
}

// Dispatcher starts the workflows of tasks that have their turn, and looks
// after tasks whose workflow went away. Any number may run, in any process.
type Dispatcher struct {
	store  DispatchStore
	engine Engine
	log    *slog.Logger
	now    chan hawkfish.Task
	wake   chan struct{}
	ends   chan struct{} // of subtasks: their parents have to be told
}

const (
	dispatchers    = 16          // workflows being started at once
	sweepEvery     = time.Second // guarantees what a wake-up only makes fast
	claimBatch     = 64
	claimLease     = 10 * time.Second // longer than one start may take
	lookAfterEvery = 5 * time.Second
	silence        = 30 * time.Second // of a started task, before someone looks whether its workflow lives
)

// NewDispatcher returns a dispatcher, which works while Run does.
func NewDispatcher(store DispatchStore, engine Engine, log *slog.Logger) *Dispatcher {
	return &Dispatcher{store: store, engine: engine, log: log, now: make(chan hawkfish.Task, dispatchers), wake: make(chan struct{}, 1), ends: make(chan struct{}, 1)}
}

// Start starts the workflow of a task that its caller has just opened. It never
// blocks: when all hands are full, the sweep does it.
func (d *Dispatcher) Start(t hawkfish.Task) {
	select {
	case d.now <- t:
	default:
		d.Wake()
	}
}

// Wake makes the sweep look at once.
func (d *Dispatcher) Wake() { ring(d.wake) }

// ring leaves word for who listens, unless there is some already.
func ring(bell chan<- struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// Run works until ctx ends. No failure ends it.
func (d *Dispatcher) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for range dispatchers {
		g.Go(func() error { d.starter(ctx); return nil })
	}
	g.Go(func() error { d.sweeper(ctx); return nil })
	g.Go(func() error { d.listener(ctx); return nil })
	g.Go(func() error { d.lookAfter(ctx); return nil })
	g.Go(func() error { d.teller(ctx); return nil })
	return g.Wait()
}

func (d *Dispatcher) starter(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case t := <-d.now:
			d.launch(ctx, t)
		}
	}
}

// launch may be called any number of times for one task, from anywhere: the workflow's ID is the task's.
func (d *Dispatcher) launch(ctx context.Context, t hawkfish.Task) {
	err := d.engine.Launch(ctx, startOf(t))
	if err == nil {
		err = d.store.MarkDispatched(ctx, t.ID)
	}
	if err == nil && t.State == schemas.TaskStateCancelling {
		err = d.engine.Cancel(ctx, t.ID)
	}
	if err != nil && ctx.Err() == nil {
		d.log.WarnContext(ctx, "a task's start is left to the sweep", "task_id", t.ID, "error", err)
	}
}

func (d *Dispatcher) sweeper(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
		case <-tick.C:
		}
		if d.engine.Healthy(ctx) != nil {
			continue // a claim that cannot be used would only hold the task back
		}
		due, err := d.store.ClaimUndispatched(ctx, claimBatch, claimLease)
		if err != nil && ctx.Err() == nil {
			d.log.WarnContext(ctx, "the sweep for tasks to start failed", "error", err)
		}
		for _, t := range due {
			select {
			case d.now <- t:
			case <-ctx.Done():
				return
			}
		}
		if len(due) == claimBatch {
			d.Wake()
		}
	}
}

func (d *Dispatcher) listener(ctx context.Context) {
	for ctx.Err() == nil {
		if err := d.store.ListenDispatch(ctx, func() { d.Wake(); ring(d.ends) }); err != nil && ctx.Err() == nil {
			d.log.WarnContext(ctx, "listening for tasks to start failed", "error", err)
		}
		select { // the sweep goes on meanwhile
		case <-ctx.Done():
		case <-time.After(sweepEvery):
		}
	}
}

// lookAfter asks what became of tasks that have been silent.
func (d *Dispatcher) lookAfter(ctx context.Context) {
	tick := time.NewTicker(lookAfterEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		quiet, err := d.store.ClaimUnheard(ctx, claimBatch, silence)
		for _, t := range quiet {
			err = errors.Join(err, d.lookAt(ctx, t))
		}
		if err != nil && ctx.Err() == nil {
			d.log.WarnContext(ctx, "looking after silent tasks failed", "error", err)
		}
	}
}

func (d *Dispatcher) lookAt(ctx context.Context, t hawkfish.Task) error {
	seen, err := d.engine.Look(ctx, t.ID)
	switch {
	case err != nil && hawkfish.KindOf(err) == hawkfish.NotFound:
		// Temporal has forgotten it, as after a restore of its database. The steps can be repeated.
		d.launch(ctx, t)
		return nil
	case err != nil:
		return err
	case seen.Open && t.State == schemas.TaskStateCancelling:
		return d.engine.Cancel(ctx, t.ID)
	case seen.Open:
		return nil
	}
	// Its workflow closes the task's row as its last step: this one was ended from outside.
	return d.store.FinishTask(ctx, t.ID, hawkfish.Outcome{
		State: schemas.TaskStateException, Abandoned: true,
		Faults: []*hawkfish.Error{{Kind: hawkfish.Conflict, Resource: "Task", ID: t.ID, Message: "its workflow was ended from outside: " + seen.Status}},
	}, nil, nil)
}
