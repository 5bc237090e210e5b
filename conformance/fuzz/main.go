// Command fuzz sends a running service requests that nobody means: every operation of its OpenAPI document, with
// bodies, queries, headers and paths that are nearly right, or not at all. It knows nothing of the service but that document
// and how to log in, and says which answers no client may get, and how fast the service was before and after.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"
)

type options struct {
	address, user, password string
	requests, connections   int
	seed                    uint64
	log                     string
	measure                 time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.address, "address", "127.0.0.1:8443", "host and port of the service, which must be one that may be filled with rubbish")
	flag.StringVar(&o.user, "user", "admin", "an administrator")
	flag.StringVar(&o.password, "password", os.Getenv("PASSWORD"), "their password; default: $PASSWORD")
	flag.IntVar(&o.requests, "requests", 100_000, "how many requests")
	flag.IntVar(&o.connections, "connections", 64, "how many at once")
	flag.Uint64Var(&o.seed, "seed", 1, "which requests")
	flag.StringVar(&o.log, "log", "", "what the service logs: it is searched for panics")
	flag.DurationVar(&o.measure, "measure", 5*time.Second, "how long each latency is measured")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	bad, err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		os.Exit(2)
	}
	if bad > 0 {
		fmt.Printf("%d findings\n", bad)
		os.Exit(1)
	}
}

// run returns how much was found.
func run(ctx context.Context, o options) (int, error) {
	svc, err := explore(o)
	if err != nil {
		return 0, err
	}
	fmt.Printf("%d operations, %d URIs; %d requests over %d connections, seed %d\n", len(svc.operations), svc.known(), o.requests, o.connections, o.seed)
	steady, err := svc.steadySession(o)
	if err != nil {
		return 0, err
	}
	defer steady.close()
	before, err := measure(ctx, o, svc, steady)
	if err != nil {
		return 0, err
	}
	kept, let := context.WithCancel(ctx)
	go steady.keep(kept)
	r := newReport()
	began := time.Now()
	var next atomic.Int64
	var workers sync.WaitGroup
	login := &shared{}
	for n := range o.connections {
		workers.Go(func() {
			w := &worker{options: o, service: svc, report: r, login: login, number: n, rand: rand.New(rand.NewPCG(o.seed, uint64(n)))}
			defer w.close()
			for ctx.Err() == nil && next.Add(1) <= int64(o.requests) {
				w.once()
			}
		})
	}
	workers.Wait()
	let()
	r.print(time.Since(began))
	after, err := measure(ctx, o, svc, steady)
	if err != nil {
		return 0, fmt.Errorf("after the run: %w", err)
	}
	printLatencies(before, after)
	panics, err := panicsIn(o.log)
	if err != nil {
		return 0, err
	}
	return r.findings() + panics, nil
}
