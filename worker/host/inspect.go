package host

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/inventory"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

const (
	inspectDeadline = 10 * time.Second
	// maxInspected is how many inventories one report holds, and inspectAtOnce how many systems are looked at side by
	// side: a guest whose agent hangs keeps the others waiting for no more than a few seconds.
	maxInspected  = 25
	inspectAtOnce = 4
	// tellAgain is how old what was told may be: the fleet's database may have been restored meanwhile.
	tellAgain = time.Hour
)

// followUps are how long after a change a guest that runs is looked at again: its addresses and its name come when it
// has booted.
var followUps = []time.Duration{5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute}

// inspector tells the fleet what the host's systems have: whenever something has happened to one, a few times after,
// and with each full comparison. What is as it was told is not told again.
type inspector struct {
	cfg  Config
	log  *slog.Logger
	tell func(context.Context, inventory.Description) error

	mu   sync.Mutex
	due  map[string]visit
	kick chan struct{}
	told map[string]hawkfish.Inventory // used by run alone
}

// visit is when a system is to be looked at, and how often it is looked at again after that.
type visit struct {
	at    time.Time
	again []time.Duration
}

func newInspector(cfg Config) *inspector {
	return &inspector{
		cfg: cfg, log: cfg.Log.With("host_id", cfg.ID), due: map[string]visit{}, kick: make(chan struct{}, 1), told: map[string]hawkfish.Inventory{},
		tell: func(ctx context.Context, d inventory.Description) error {
			_, err := inventory.Describe.Ask(ctx, cfg.Service, durable.Fleet, "describe-"+cfg.ID+"-"+uuid.NewString(), d)
			return err
		},
	}
}

// happened has a system looked at now, and some times later when its guest runs.
func (i *inspector) happened(o hawkfish.Observation) {
	next := visit{at: time.Now()}
	if hawkfish.IsOn(o.Power) {
		next.again = followUps
	}
	i.schedule(map[string]visit{o.SystemID: next})
}

// compare has all systems looked at now, and forgets those that are not among them.
func (i *inspector) compare(all []hawkfish.Observation) {
	visits := make(map[string]visit, len(all))
	for _, o := range all {
		visits[o.SystemID] = visit{at: time.Now()}
	}
	i.schedule(visits)
}

// schedule keeps, of two plans, the sooner visit and the longer row of later ones.
func (i *inspector) schedule(visits map[string]visit) {
	i.mu.Lock()
	for id, next := range visits {
		if planned, ok := i.due[id]; ok {
			if planned.at.Before(next.at) {
				next.at = planned.at
			}
			if len(planned.again) > len(next.again) {
				next.again = planned.again
			}
		}
		i.due[id] = next
	}
	i.mu.Unlock()
	select {
	case i.kick <- struct{}{}:
	default:
	}
}

// run looks at systems when they are due, until ctx ends.
func (i *inspector) run(ctx context.Context) {
	for ctx.Err() == nil {
		ids, wait := i.take()
		if len(ids) > 0 {
			i.visit(ctx, ids)
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-i.kick:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// take takes systems that are due, or says how long there is none.
func (i *inspector) take() (map[string]visit, time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now, wait := time.Now(), compareEvery
	ids := map[string]visit{}
	for id, v := range i.due {
		if left := v.at.Sub(now); left > 0 {
			wait = min(wait, left)
			continue
		}
		if len(ids) == maxInspected {
			break
		}
		ids[id] = v
		delete(i.due, id)
	}
	return ids, wait
}

// visit looks at systems, tells what is new, and plans the next looks.
func (i *inspector) visit(ctx context.Context, visits map[string]visit) {
	later := map[string]visit{}
	news := inventory.Description{HostID: i.cfg.ID}
	for id, look := range i.inspect(ctx, slices.Collect(maps.Keys(visits))) {
		if len(visits[id].again) > 0 {
			later[id] = visit{time.Now().Add(visits[id].again[0]), visits[id].again[1:]}
		}
		known, ok := i.told[id]
		switch {
		case hawkfish.KindOf(look.err) == hawkfish.NotFound:
			delete(i.told, id)
			delete(later, id)
		case look.err != nil:
			i.log.DebugContext(ctx, "a system could not be inspected", "system", id, "error", look.err)
		case !ok || !known.Same(look.Inventory) || look.At.Sub(known.At) > tellAgain:
			news.Seen = append(news.Seen, look.Inventory)
		}
	}
	if len(news.Seen) > 0 {
		err := i.tell(ctx, news)
		if err != nil && ctx.Err() == nil {
			i.log.WarnContext(ctx, "what systems have was not taken", "systems", len(news.Seen), "error", err)
		}
		for _, seen := range news.Seen {
			if err == nil {
				i.told[seen.SystemID] = seen
				continue
			}
			later[seen.SystemID] = visit{time.Now().Add(retryEvery), visits[seen.SystemID].again}
		}
	}
	if len(later) > 0 {
		i.schedule(later)
	}
}

// looked is what has become of a look.
type looked struct {
	hawkfish.Inventory
	err error
}

// inspect looks at systems, a few at once.
func (i *inspector) inspect(ctx context.Context, ids []string) map[string]looked {
	var mu sync.Mutex
	all := make(map[string]looked, len(ids))
	turns := make(chan struct{}, inspectAtOnce)
	var group sync.WaitGroup
	for _, id := range ids {
		turns <- struct{}{}
		group.Go(func() {
			defer func() { <-turns }()
			look, cancel := context.WithTimeout(ctx, inspectDeadline)
			defer cancel()
			seen, err := i.cfg.Hypervisor.Inspect(look, id)
			if err == nil && seen.SystemID != id {
				err = errors.New("another system was inspected")
			}
			mu.Lock()
			defer mu.Unlock()
			all[id] = looked{seen, err}
		})
	}
	group.Wait()
	return all
}
