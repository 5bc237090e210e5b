// Package bench measures what must be fast, on this machine and in one run: reads beside a bare
// Fiber handler that sends the same bytes, resets beside virsh on the same libvirt host, and what the
// processes take to start and to stay. It starts everything itself, by package stack, and knows the API only as its clients do.
package bench

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"
)

// Options say how much is measured.
type Options struct {
	// Quick measures a little of everything: that it works, not how fast it is.
	Quick bool
	// Program is the benchmark's own program, of which one process serves the bare handler (ServeBare).
	Program string
	// Progress is told what is being done.
	Progress io.Writer
}

// plan is what one run measures.
type plan struct {
	fleets      []int
	connections []int
	slice       time.Duration // of load on one side, before the other's turn
	rounds      int           // turns of each side
	provisioned int           // systems that are reset at the same time
	resetting   time.Duration // of one contestant, before the other's turn
	starts      bool          // time the start of each process
}

var (
	full = plan{
		fleets: []int{1, 100, 1_000, 10_000}, connections: []int{1, 16, 64}, slice: 150 * time.Millisecond, rounds: 3,
		provisioned: 16, resetting: 3 * time.Second, starts: true,
	}
	quick = plan{fleets: []int{1, 100}, connections: []int{4}, slice: 50 * time.Millisecond, rounds: 2, provisioned: 2, resetting: 200 * time.Millisecond}
)

// Run measures. What cannot be had here is skipped, with a reason in the report; a failure is an
// error beside what was measured before it.
func Run(ctx context.Context, o Options) (*Report, error) {
	p := full
	if o.Quick {
		p = quick
	}
	began := time.Now()
	b := &run{Options: o, plan: p, report: &Report{
		Processors: runtime.NumCPU(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Began: began.UTC(),
	}}
	err := b.all(ctx)
	b.report.Took = time.Since(began)
	return b.report, err
}

// run is one run.
type run struct {
	Options
	plan
	report *Report
}

// all measures on a fleet of simulated hosts, and then what only a real one can show.
func (b *run) all(ctx context.Context) error {
	production, err := b.build(ctx)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		name    string
		measure func(testing.TB, string)
	}{{"simulated hosts", b.onSimulated}, {"libvirt host", b.onLibvirt}} {
		skipped, err := Attempt(ctx, part.name, b.Progress, func(t testing.TB) { part.measure(t, production) })
		if err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
		if skipped != "" {
			b.report.Skipped = append(b.report.Skipped, part.name+": "+skipped)
		}
	}
	return nil
}

func (b *run) say(format string, args ...any) { fmt.Fprintf(b.Progress, format+"\n", args...) }
