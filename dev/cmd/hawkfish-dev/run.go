package main

import (
	"context"
	"path/filepath"

	"github.com/projectbeskar/hawkfish/dev/guest"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/process"
)

type runCmd struct{}

// Run starts everything, from the database up, and stops it the other way round.
func (runCmd) Run(s *session) error {
	unlock, err := s.openState()
	if err != nil {
		return err
	}
	defer unlock()

	layers := newLayers(s.log)
	defer layers.stop()

	pg, err := startPostgres(s)
	if err != nil {
		return err
	}
	layers.add("postgres", until(pg.Stop))
	s.cfg.DatabaseURL = config.Secret(databaseURL(pg, appDatabase))

	temporal, err := startTemporal(s, pg.DSN("postgres"), s.cfg.TemporalAddress)
	if err != nil {
		return err
	}
	layers.add("temporal", until(temporal.Stop))
	s.cfg.TemporalAddress = temporal.Addr()
	if s.cfg.TemporalUIURL == "" {
		s.cfg.TemporalUIURL = temporal.UIURL()
	}

	if err := s.addLibvirtd(layers); err != nil {
		return err
	}
	image, err := guest.Write(filepath.Join(s.cfg.StateDir, "images"))
	if err != nil {
		return err
	}
	s.cfg.ImageDirs = append(s.cfg.ImageDirs, filepath.Dir(image))

	parts, err := s.parts()
	if err != nil {
		return err
	}
	for _, role := range []string{"worker", "host"} {
		layers.add(role, func(ctx context.Context) error { return process.Run(ctx, role, parts) })
	}
	layers.add("api", func(ctx context.Context) error {
		return parts.Serve(ctx, func(password string) { s.welcome(ctx, password, image) })
	})
	return layers.await(s)
}

// until is a layer that has been started already, and is stopped by a call.
func until(stop func()) func(context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		stop()
		return nil
	}
}
