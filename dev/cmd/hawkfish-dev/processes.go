package main

import (
	"context"
	"os"

	"go.temporal.io/sdk/interceptor"

	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/internal/metrics"
	"github.com/projectbeskar/hawkfish/internal/process"
)

// The processes of the production program, with hold points when HAWKFISH_HOLD names a folder for them.
type (
	apiCmd    struct{}
	workerCmd struct{}
	hostCmd   struct{}
)

func (apiCmd) Run(s *session) error    { return s.process(s, "api") }
func (workerCmd) Run(s *session) error { return s.process(s, "worker") }
func (hostCmd) Run(s *session) error   { return s.process(s, "host") }

func (s *session) process(ctx context.Context, role string) error {
	parts, err := s.parts()
	if err != nil {
		return err
	}
	return process.Run(ctx, role, parts)
}

func (s *session) parts() (process.Parts, error) {
	if err := s.addSecretKeys(); err != nil {
		return process.Parts{}, err
	}
	parts := process.Parts{Config: s.cfg, Log: s.log, Registry: metrics.New()}
	if path := os.Getenv(hold.EnvDir); path != "" {
		dir, err := hold.NewDir(path)
		if err != nil {
			return parts, err
		}
		parts.Interceptors = []interceptor.ClientInterceptor{hold.Interceptor(dir, durable.SubjectIn)}
	}
	return parts, nil
}
