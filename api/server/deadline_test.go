package server

import (
	"bytes"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counted counts how often a timer is moved.
type counted struct {
	net.Conn
	moves int
}

func (c *counted) SetReadDeadline(t time.Time) error {
	c.moves++
	return c.Conn.SetReadDeadline(t)
}

func pair(t *testing.T) (client net.Conn, server *lazyConn, timer *counted) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	client, err = net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	accepted, err := ln.Accept()
	require.NoError(t, err)
	timer = &counted{Conn: accepted}
	server = newLazyConn(timer)
	t.Cleanup(func() { _, _ = client.Close(), server.Close() })
	return client, server, timer
}

func TestDeadlinesThatMoveAwayCostNothing(t *testing.T) {
	t.Parallel()
	_, server, timer := pair(t)
	for range 100 {
		require.NoError(t, server.SetReadDeadline(time.Now().Add(time.Minute)))
		require.NoError(t, server.SetReadDeadline(time.Now().Add(time.Hour)))
		require.NoError(t, server.SetReadDeadline(time.Time{}))
	}
	assert.Equal(t, 1, timer.moves)
}

func TestDeadlinesAreKept(t *testing.T) {
	t.Parallel()
	for name, moves := range map[string][]time.Duration{
		"once":       {100 * time.Millisecond},
		"later":      {20 * time.Millisecond, 100 * time.Millisecond},
		"earlier":    {time.Hour, 100 * time.Millisecond},
		"passed":     {-time.Second, 100 * time.Millisecond},
		"none first": {20 * time.Millisecond, 0, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, server, _ := pair(t)
			began := time.Now()
			for _, d := range moves {
				at := began.Add(d)
				if d == 0 {
					at = time.Time{}
				}
				require.NoError(t, server.SetDeadline(at))
			}
			_, err := server.Read(make([]byte, 1))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			assert.InDelta(t, 100*time.Millisecond, time.Since(began), float64(80*time.Millisecond))
			_, err = server.Read(make([]byte, 1))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded, "and stay passed")
		})
	}
}

// Another goroutine ends a read by moving the deadline to now, as a server that shuts down does.
func TestAReadCanBeEnded(t *testing.T) {
	t.Parallel()
	_, server, _ := pair(t)
	require.NoError(t, server.SetReadDeadline(time.Now().Add(time.Hour)))
	ended := make(chan error, 1)
	go func() {
		_, err := server.Read(make([]byte, 1))
		ended <- err
	}()
	require.NoError(t, server.SetReadDeadline(time.Now()))
	require.ErrorIs(t, <-ended, os.ErrDeadlineExceeded)
}

// A timer that fires amid a write that may go on loses nothing.
func TestWritesGoOn(t *testing.T) {
	t.Parallel()
	client, server, _ := pair(t)
	sent := bytes.Repeat([]byte("HawkFish"), 4<<20) // more than the sockets hold
	require.NoError(t, server.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
	require.NoError(t, server.SetWriteDeadline(time.Now().Add(time.Hour)))
	written := make(chan error, 1)
	go func() {
		_, err := server.Write(sent)
		_ = server.Close()
		written <- err
	}()
	first := server.writes.set.Load()
	require.Eventually(t, func() bool { return server.writes.set.Load() > first }, 5*time.Second, time.Millisecond,
		"the timer fires while the writer waits for us")
	got, err := io.ReadAll(client)
	require.NoError(t, err)
	require.NoError(t, <-written)
	assert.True(t, bytes.Equal(sent, got))
}
