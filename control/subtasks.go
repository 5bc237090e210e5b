package control

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/projectbeskar/hawkfish"
)

// looks is how many subtasks are asked at once how far they are.
const looks = 8

// dividedProgress asks the subtasks of a task how far they are. When the database does not answer it is not known.
func (c *Control) dividedProgress(ctx context.Context, t hawkfish.Task) (percent int, open []hawkfish.Task) {
	tally, err := c.TallySubTasks(ctx, t.ID)
	if err == nil {
		open, err = c.OpenSubTasks(ctx, t.ID)
	}
	if err != nil {
		return 0, nil
	}
	return min(99, (100*tally.Ended()+c.percentsOf(ctx, open))/t.Parts), open
}

// percentsOf sums up how far tasks are, as far as that can be found out soon.
func (c *Control) percentsOf(ctx context.Context, all []hawkfish.Task) int {
	ctx, cancel := context.WithTimeout(ctx, progressDeadline)
	defer cancel()
	var sum atomic.Int64
	var g errgroup.Group
	g.SetLimit(looks)
	for _, t := range all {
		g.Go(func() error { sum.Add(int64(c.TaskProgress(ctx, t).Percent)); return nil })
	}
	_ = g.Wait() // no look fails
	return int(sum.Load())
}
