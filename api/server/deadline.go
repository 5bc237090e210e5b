package server

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// fasthttp sets three deadlines for each request, and each moves a timer of the runtime: together
// a twentieth of the server's work for a small GET (measured). Nearly all only move a deadline further away. So a connection keeps the timer where it
// is, and looks at the deadline when the timer fires.

// deadline is when one direction of a connection shall end, and when its timer fires: never later than that.
type deadline struct {
	want, set atomic.Int64 // Unix nanoseconds; 0: never
	arm       func(time.Time) error
}

// move sets the deadline. Any goroutine may, at any time, as on a net.Conn.
func (d *deadline) move(t time.Time) error {
	want := nanoseconds(t)
	d.want.Store(want)
	if set := d.set.Load(); set != 0 && (want == 0 || set <= want) {
		return nil // the timer fires in time
	}
	return d.program()
}

// program puts the timer where the deadline is. When the deadline moves meanwhile, it goes along.
func (d *deadline) program() error {
	for {
		want := d.want.Load()
		d.set.Store(want)
		if err := d.arm(moment(want)); err != nil {
			return err
		}
		if d.want.Load() == want {
			return nil
		}
	}
}

// tooEarly reports whether err is the timer's, fired before the deadline. If so it has been programmed anew.
func (d *deadline) tooEarly(err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	if want := d.want.Load(); want != 0 && want <= time.Now().UnixNano() {
		return false
	}
	return d.program() == nil
}

func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func moment(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns)
}

// lazyConn is a connection with such deadlines.
type lazyConn struct {
	net.Conn
	reads, writes deadline
}

func newLazyConn(inner net.Conn) *lazyConn {
	c := &lazyConn{Conn: inner}
	c.reads.arm, c.writes.arm = inner.SetReadDeadline, inner.SetWriteDeadline
	return c
}

func (c *lazyConn) SetReadDeadline(t time.Time) error  { return c.reads.move(t) }
func (c *lazyConn) SetWriteDeadline(t time.Time) error { return c.writes.move(t) }

func (c *lazyConn) SetDeadline(t time.Time) error {
	return errors.Join(c.reads.move(t), c.writes.move(t))
}

func (c *lazyConn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if n > 0 || err == nil || !c.reads.tooEarly(err) {
			return n, err
		}
	}
}

func (c *lazyConn) Write(b []byte) (int, error) {
	done := 0
	for {
		n, err := c.Conn.Write(b[done:])
		done += n
		if err == nil || !c.writes.tooEarly(err) {
			return done, err
		}
	}
}
