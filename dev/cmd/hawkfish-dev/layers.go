package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// layers are the parts of the process, each standing on those before it. They
// run at the same time, and are stopped in the opposite order, one by one.
type layers struct {
	log   *slog.Logger
	all   []*layer
	ended chan error // the first layer that ended unasked says why
	once  sync.Once
}

type layer struct {
	name string
	stop context.CancelFunc
	done chan struct{}
}

func newLayers(log *slog.Logger) *layers { return &layers{log: log, ended: make(chan error, 1)} }

// add starts a layer. run returns when its context ends; before, only with an error.
func (l *layers) add(name string, run func(context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	one := &layer{name: name, stop: stop, done: make(chan struct{})}
	l.all = append(l.all, one)
	go func() {
		defer close(one.done)
		err := run(ctx)
		if ctx.Err() == nil {
			l.once.Do(func() { l.ended <- fmt.Errorf("%s ended: %w", name, err) })
		} else if err != nil {
			l.log.Warn("did not stop cleanly", "part", name, "error", err)
		}
	}()
}

// await returns when ctx ends, or, with an error, when a layer has ended unasked.
func (l *layers) await(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-l.ended:
		return err
	}
}

// stop stops all layers, the last added first.
func (l *layers) stop() {
	for _, one := range slices.Backward(l.all) {
		began := time.Now()
		one.stop()
		<-one.done
		l.log.Debug("stopped", "part", one.name, "took", time.Since(began))
	}
}
