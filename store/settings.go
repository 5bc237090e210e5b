package store

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// The rows of the settings table.
const (
	settingAccounts    = "accounts"
	settingSessions    = "sessions"
	settingNetwork     = "network"
	settingCertificate = "certificate"
)

// Settings returns all of them; what was never set is as by default.
func (s *Store) Settings(ctx context.Context) (hawkfish.Settings, error) {
	return ask(ctx, s, subject{resource: resourceSetting}, func(ctx context.Context, q *db.Queries) (hawkfish.Settings, error) {
		all := hawkfish.DefaultSettings()
		var errs []error
		read := func(name string, value any, revision *int64) {
			row, err := q.SettingByName(ctx, name)
			if err == nil {
				*revision, err = row.Revision, json.Unmarshal(row.Value, value)
			}
			errs = append(errs, err)
		}
		read(settingAccounts, &all.Accounts, &all.Accounts.Revision)
		read(settingSessions, &all.Sessions, &all.Sessions.Revision)
		read(settingNetwork, &all.Network, &all.Network.Revision)
		for _, err := range errs {
			if err != nil {
				return all, err
			}
		}
		return all, nil
	})
}

// SetAccountPolicy returns Stale when revision is not the stored one; 0 matches any.
func (s *Store) SetAccountPolicy(ctx context.Context, revision int64, p hawkfish.AccountPolicy) (hawkfish.AccountPolicy, error) {
	var err error
	p.Revision, err = s.set(ctx, settingAccounts, revision, p)
	return p, err
}

// SetSessionPolicy fails as SetAccountPolicy does.
func (s *Store) SetSessionPolicy(ctx context.Context, revision int64, p hawkfish.SessionPolicy) (hawkfish.SessionPolicy, error) {
	var err error
	p.Revision, err = s.set(ctx, settingSessions, revision, p)
	return p, err
}

// SetNetworkPolicy fails as SetAccountPolicy does.
func (s *Store) SetNetworkPolicy(ctx context.Context, revision int64, p hawkfish.NetworkPolicy) (hawkfish.NetworkPolicy, error) {
	var err error
	p.Revision, err = s.set(ctx, settingNetwork, revision, p)
	return p, err
}

func (s *Store) set(ctx context.Context, name string, revision int64, value any) (int64, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return 0, err
	}
	return ask(ctx, s, subject{resourceSetting, name}, func(ctx context.Context, q *db.Queries) (int64, error) {
		row, err := q.UpdateSetting(ctx, db.UpdateSettingParams{Name: name, Value: text, Expected: revision})
		if errors.Is(err, pgx.ErrNoRows) {
			err = &hawkfish.Error{Kind: hawkfish.Stale, Resource: resourceSetting, ID: name}
		}
		return row.Revision, err
	})
}
