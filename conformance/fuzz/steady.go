package main

import (
	"context"
	"path"
	"time"
)

// steadySession opens the session that latencies are measured with, which the run leaves alone: by its end the administrator may be locked out.
func (s *service) steadySession(o options) (*client, error) {
	c := &client{options: o}
	if err := c.login(); err != nil {
		return nil, err
	}
	for _, of := range []string{"/redfish/v1/SessionService/Sessions/", "/redfish/v1/Sessions/"} {
		s.spared[of+path.Base(c.own)] = true
	}
	return c, nil
}

// keep uses the session until ctx ends, since the run may let sessions live for half a minute alone.
func (c *client) keep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Second):
		}
		user := &client{options: c.options, token: c.token}
		_, _ = user.send(request{method: "GET", uri: "/redfish/v1/Systems", headers: user.authorized()}, tooLong) // how it is answered, the run tells
		user.close()
	}
}
