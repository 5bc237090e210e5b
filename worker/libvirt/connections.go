package libvirt

import (
	"context"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/projectbeskar/hawkfish"
)

// connections are the connections to one libvirtd that calls share. Each
// carries one call at a time, so that closing it ends no other call.
type connections struct {
	at       endpoint
	deadline time.Duration // for connecting, and for a first sign of life
	slots    chan struct{}

	mu     sync.Mutex
	idle   []*conn
	pause  *backoff.ExponentialBackOff
	after  time.Time // no attempt to connect before
	last   error     // why the last attempt failed
	closed bool
}

func newConnections(at endpoint, limit int, deadline time.Duration) *connections {
	return &connections{at: at, deadline: deadline, slots: make(chan struct{}, limit), pause: reconnecting()}
}

// reconnecting is the pace at which a libvirtd that does not answer is tried again.
func reconnecting() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = 20*time.Millisecond, time.Second
	return b
}

// call runs f with a connection, for no longer than limit and ctx allow.
func call[T any](ctx context.Context, p *connections, limit time.Duration, f func(c *conn) (T, error)) (T, error) {
	var none T
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	c, err := p.get(ctx)
	if err != nil {
		return none, err
	}
	stop := context.AfterFunc(ctx, c.close)
	defer func() {
		stop()
		p.put(c)
	}()
	if limit > p.deadline {
		// A daemon that hangs is not given the time that work may take.
		if err := bounded(ctx, p.deadline, c, c.ping); err != nil {
			return none, fault(err, "", "")
		}
	}
	v, err := f(c)
	if err != nil && ctx.Err() != nil {
		err = hawkfish.Down("libvirt", context.Cause(ctx))
	}
	return v, fault(err, "", "")
}

// bounded runs f and closes its connection when it takes too long.
func bounded(ctx context.Context, limit time.Duration, c *conn, f func() error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	stop := context.AfterFunc(ctx, c.close)
	defer stop()
	err := f()
	if err != nil && ctx.Err() != nil {
		err = hawkfish.Down("libvirt", context.Cause(ctx))
	}
	return err
}

func (p *connections) get(ctx context.Context) (*conn, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, hawkfish.Down("libvirt", context.Cause(ctx))
	}
	c, err := p.connect(ctx)
	if err != nil {
		<-p.slots
		return nil, hawkfish.Down("libvirt", err)
	}
	return c, nil
}

func (p *connections) connect(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	p.mu.Lock()
	for len(p.idle) > 0 {
		c := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if !c.isLost() {
			p.mu.Unlock()
			return c, nil
		}
		c.close()
	}
	// Callers of a daemon that is down learn so at once, instead of one after the other.
	if last := p.last; last != nil && time.Now().Before(p.after) {
		p.mu.Unlock()
		return nil, last
	}
	p.mu.Unlock()
	return p.dial(ctx)
}

// dial makes a connection that nobody shares yet; streams and events keep it for themselves.
func (p *connections) dial(ctx context.Context) (*conn, error) {
	limited, cancel := context.WithTimeout(ctx, p.deadline)
	defer cancel()
	c, err := p.at.dial(limited)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil && p.closed:
		c.close()
		return nil, context.Canceled
	case err == nil:
		p.pause.Reset()
		p.last = nil
	case ctx.Err() == nil: // it is libvirtd's fault, and not the caller's impatience
		p.last, p.after = err, time.Now().Add(p.pause.NextBackOff())
	}
	return c, err
}

func (p *connections) put(c *conn) {
	p.mu.Lock()
	if c.isLost() || p.closed {
		c.close()
	} else {
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	<-p.slots
}

func (p *connections) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, c := range p.idle {
		c.close()
	}
	p.idle = nil
}
