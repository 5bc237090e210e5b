package store

import (
	"context"
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// KeptCertificate returns the certificate that listeners show in place of their own.
func (s *Store) KeptCertificate(ctx context.Context) (hawkfish.KeptCertificate, error) {
	return ask(ctx, s, subject{resource: resourceSetting}, func(ctx context.Context, q *db.Queries) (kept hawkfish.KeptCertificate, err error) {
		row, err := q.SettingByName(ctx, settingCertificate)
		if err != nil {
			return kept, err
		}
		kept.Revision = row.Revision
		return kept, json.Unmarshal(row.Value, &kept)
	})
}

// KeepCertificate fails as SetAccountPolicy does.
func (s *Store) KeepCertificate(ctx context.Context, revision int64, kept hawkfish.KeptCertificate) (hawkfish.KeptCertificate, error) {
	var err error
	kept.Revision, err = s.set(ctx, settingCertificate, revision, kept)
	return kept, err
}
