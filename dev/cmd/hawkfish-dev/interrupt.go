package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stopWithin bounds a clean stop. What is not stopped by then is as good as
// killed, which everything here survives.
const stopWithin = 45 * time.Second

const exitInterrupted = 128 + int(syscall.SIGINT)

// interruptible returns a context that ends at the first SIGINT or SIGTERM. A
// second one, or a stop that takes too long, ends the process at once.
func interruptible(say io.Writer, exit func(int)) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go watch(ctx, signals, cancel, say, exit)
	return ctx, func() { signal.Stop(signals); cancel() }
}

func watch(ctx context.Context, signals <-chan os.Signal, cancel context.CancelFunc, say io.Writer, exit func(int)) {
	select {
	case <-ctx.Done():
		return
	case <-signals:
	}
	fmt.Fprintln(say, "stopping; press Ctrl-C again to stop at once")
	cancel()
	select {
	case <-signals:
	case <-time.After(stopWithin):
		fmt.Fprintln(say, "did not stop in", stopWithin)
	}
	exit(exitInterrupted)
}
