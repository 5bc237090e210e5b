package control

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Endings tells who waits that a task may have ended; *cached.Store is one.
type Endings interface {
	// Ending returns a channel that is closed when the task may have ended since, and what to call when nobody waits any longer.
	Ending(taskID string) (told <-chan struct{}, forget func())
}

// lookAgain is how often one who waits looks without having been told: it guarantees what a notification only makes fast.
const lookAgain = 2 * time.Second

// AwaitTask waits until a task has ended. It returns the context's error when that ends before.
func (c *Control) AwaitTask(ctx context.Context, scope hawkfish.Scope, id string) error {
	for {
		ended, err := c.awaitOnce(ctx, scope, id)
		if ended || err != nil {
			return err
		}
	}
}

// awaitOnce looks, and then waits until it is time to look again.
func (c *Control) awaitOnce(ctx context.Context, scope hawkfish.Scope, id string) (ended bool, err error) {
	var told <-chan struct{}
	if c.Endings != nil {
		var forget func()
		told, forget = c.Endings.Ending(id) // before looking: no end is missed
		defer forget()
	}
	t, err := c.FindTask(ctx, scope, id)
	if err != nil || t.Ended() {
		return t.Ended(), err
	}
	again := time.NewTimer(lookAgain)
	defer again.Stop()
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-told:
	case <-again.C:
	}
	return false, nil
}
