package libvirt

import (
	"context"
	"net"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/digitalocean/go-libvirt/socket/dialers"
)

// conn is one connection to libvirtd.
type conn struct {
	*golibvirt.Libvirt
	wire *wire
}

// dial connects and opens the driver; ctx bounds both.
func (e endpoint) dial(ctx context.Context) (*conn, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, e.network, e.address)
	if err != nil {
		return nil, err
	}
	w := newWire(nc)
	c := &conn{Libvirt: golibvirt.NewWithDialer(dialers.NewAlreadyConnected(w)), wire: w}
	stop := context.AfterFunc(ctx, c.close)
	err = c.ConnectToURI(e.driver)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// close ends every call on the connection with an error. libvirtd cleans up by
// itself; asking it to could block.
func (c *conn) close() { _ = c.wire.Close() }

func (c *conn) isLost() bool {
	select {
	case <-c.wire.lost:
		return true
	default:
		return false
	}
}

// turn is a lock that is waited for no longer than a call's connection lives,
// which is no longer than its context.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(c *conn) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-c.wire.lost:
		return golibvirt.ErrInterrupted
	}
}

// try takes the lock if nobody has it.
func (t turn) try() bool {
	select {
	case t <- struct{}{}:
		return true
	default:
		return false
	}
}

func (t turn) give() { <-t }

// ping returns when libvirtd has answered.
func (c *conn) ping() error {
	_, err := c.ConnectGetLibVersion()
	return err
}
