package main

import (
	"context"
	"fmt"

	"github.com/projectbeskar/hawkfish/internal/config"
)

type runCmd struct{}

// Run starts everything, from the database up, and stops it the other way round.
func (runCmd) Run(s *session) error {
	unlock, err := lockState(s.cfg.StateDir)
	if err != nil {
		return err
	}
	defer unlock()

	parts := newLayers(s.log)
	defer parts.stop()

	pg, err := startPostgres(s)
	if err != nil {
		return err
	}
	parts.add("postgres", until(pg.Stop))
	s.cfg.DatabaseURL = config.Secret(databaseURL(pg, appDatabase))

	temporal, err := startTemporal(s, pg.DSN("postgres"), s.cfg.TemporalAddress)
	if err != nil {
		return err
	}
	parts.add("temporal", until(temporal.Stop))
	s.cfg.TemporalAddress = temporal.Addr()
	if s.cfg.TemporalUIURL == "" {
		s.cfg.TemporalUIURL = temporal.UIURL()
	}
	fmt.Fprintln(s.out, "Temporal UI:", temporal.UIURL())

	return parts.await(s)
}

// until is a layer that has been started already, and is stopped by a call.
func until(stop func()) func(context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		stop()
		return nil
	}
}
