package control

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
)

// tellBatch is how many ends of subtasks are told of at once: more would make a signal that is too long for Temporal when
// each has much to say.
const tellBatch = 100

// teller tells the workflows of divided tasks which of their subtasks have ended. However one has ended, its row says so: the
// same insert-then-start as for the starts of workflows, the other way round.
func (d *Dispatcher) teller(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.ends:
		case <-tick.C:
		}
		if d.engine.Healthy(ctx) != nil {
			continue // a claim that cannot be used would only hold the end back
		}
		if err := d.tell(ctx); err != nil && ctx.Err() == nil {
			d.log.WarnContext(ctx, "telling tasks of the ends of their subtasks is left to the next sweep", "error", err)
		}
	}
}

// tell may tell of an end twice: the workflow knows what it has heard.
func (d *Dispatcher) tell(ctx context.Context) error {
	over, err := d.store.ClaimUntold(ctx, tellBatch, claimLease)
	if len(over) == tellBatch {
		ring(d.ends)
	}
	parts, ids := map[string][]hawkfish.Part{}, map[string][]string{}
	for _, t := range over {
		parts[t.ParentID] = append(parts[t.ParentID], hawkfish.PartOf(t))
		ids[t.ParentID] = append(ids[t.ParentID], t.ID)
	}
	for parent, ended := range parts {
		if err = d.engine.Signal(ctx, parent, subtasks.Ended, ended); err != nil {
			return err
		}
		if err = d.store.MarkTold(ctx, ids[parent]); err != nil {
			return err
		}
	}
	return err
}
