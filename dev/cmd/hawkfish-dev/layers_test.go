package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/internal/config"
)

var quiet = slog.New(slog.DiscardHandler)

func TestLayersStopInTheOppositeOrder(t *testing.T) {
	t.Parallel()
	var stopped []string // written by one layer at a time: the next stops when the one before has ended
	l := newLayers(quiet)
	for _, name := range []string{"postgres", "temporal", "api"} {
		l.add(name, until(func() { stopped = append(stopped, name) }))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, l.await(ctx))
	l.stop()
	require.Equal(t, []string{"api", "temporal", "postgres"}, stopped)
}

func TestALayerThatEndsEndsAll(t *testing.T) {
	t.Parallel()
	l := newLayers(quiet)
	stopped := false
	l.add("postgres", until(func() { stopped = true }))
	cause := errors.New("no more memory")
	l.add("temporal", func(context.Context) error { return cause })
	err := l.await(t.Context())
	require.ErrorIs(t, err, cause)
	require.ErrorContains(t, err, "temporal ended")
	l.stop()
	require.True(t, stopped)
}

func TestTheFirstInterruptStopsTheSecondEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	signals, exits := make(chan os.Signal), make(chan int, 1)
	var said bytes.Buffer
	go watch(context.Background(), signals, cancel, &said, func(code int) { exits <- code })
	signals <- os.Interrupt
	<-ctx.Done()
	require.Empty(t, exits)
	signals <- syscall.SIGTERM
	require.Equal(t, exitInterrupted, <-exits)
	require.Contains(t, said.String(), "Ctrl-C again")
}

func TestOneProcessForEachStateFolder(t *testing.T) {
	t.Parallel()
	s := &session{cfg: config.Config{General: config.General{StateDir: t.TempDir()}}}
	unlock, err := s.openState()
	require.NoError(t, err)
	_, err = s.openState()
	require.ErrorContains(t, err, "already running")
	unlock()
	unlock, err = s.openState()
	require.NoError(t, err)
	unlock()
}

func TestTheConfigurationDoesNotSeeOurOwnVariables(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"HAWKFISH_LISTEN=:1", "HOME=/"}, environment([]string{"HAWKFISH_HOLD=/x", "HAWKFISH_LISTEN=:1", "HAWKFISH_DEV_BIN=/y", "HOME=/"}))
}

func TestTheTourNamesWhatItIsGiven(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{":8443": "https://localhost:8443", "0.0.0.0:1": "https://localhost:1", "[::]:1": "https://localhost:1", "127.0.0.1:8443": "https://127.0.0.1:8443"} {
		s := &session{cfg: config.Config{API: config.API{Listen: listen}}}
		require.Equal(t, want, s.apiURL())
	}
	var out bytes.Buffer
	require.NoError(t, tourText.Execute(&out, tour{API: "https://h", UI: "http://u", User: "admin", Password: "secret", Image: "/i.img"}))
	require.Contains(t, out.String(), "password secret")
	require.Contains(t, out.String(), "file:///i.img")
	require.NotContains(t, out.String(), "--cacert", "only a self-signed certificate needs it")
}
