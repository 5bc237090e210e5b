package cached

import (
	"context"

	"github.com/projectbeskar/hawkfish"
)

// Settings returns all of them; every login asks.
func (s *Store) Settings(ctx context.Context) (hawkfish.Settings, error) {
	return s.settings.get(ctx, "", s.Source.Settings)
}

// SetAccountPolicy changes how accounts are protected.
func (s *Store) SetAccountPolicy(ctx context.Context, revision int64, p hawkfish.AccountPolicy) (hawkfish.AccountPolicy, error) {
	defer s.settings.forgetAll()
	return s.Source.SetAccountPolicy(ctx, revision, p)
}

// SetSessionPolicy changes how long sessions live.
func (s *Store) SetSessionPolicy(ctx context.Context, revision int64, p hawkfish.SessionPolicy) (hawkfish.SessionPolicy, error) {
	defer s.settings.forgetAll()
	return s.Source.SetSessionPolicy(ctx, revision, p)
}

// SetNetworkPolicy changes what the service does on the network.
func (s *Store) SetNetworkPolicy(ctx context.Context, revision int64, p hawkfish.NetworkPolicy) (hawkfish.NetworkPolicy, error) {
	defer s.settings.forgetAll()
	return s.Source.SetNetworkPolicy(ctx, revision, p)
}

// OnSettings calls changed when settings may have changed, from one goroutine, which must not be kept waiting. It
// is to be called before Run.
func (s *Store) OnSettings(changed func()) { s.onSettings = changed }

func (s *Store) tellSettings() {
	if s.onSettings != nil {
		s.onSettings()
	}
}
