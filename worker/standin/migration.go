package standin

import (
	"context"

	"github.com/projectbeskar/hawkfish"
)

// Of a dead host nothing is transferred, and what a migration has left there goes when it is back.

func (d dead) MigrationState(ctx context.Context, _ string) (hawkfish.Standing, error) {
	return hawkfish.StandsNoneAlive, d.stands(ctx)
}

func (d dead) AbortMigration(ctx context.Context, _ hawkfish.Passage) error { return d.stands(ctx) }

func (d dead) ForgetMigrated(ctx context.Context, systemID string, shared bool) error {
	return d.leave(ctx, hawkfish.Leftover{SystemID: systemID, Disks: !shared})
}

// CleanMigration notes the domain alone: of what is in the pool, only the host can tell what a migration has put there.
func (d dead) CleanMigration(ctx context.Context, systemID string) error {
	return d.leave(ctx, hawkfish.Leftover{SystemID: systemID})
}

func (d dead) OfferMigration(ctx context.Context, _ hawkfish.Passage) (hawkfish.Departing, error) {
	return hawkfish.Departing{}, d.refuse(ctx)
}

func (d dead) PrepareMigration(ctx context.Context, _ hawkfish.Passage, _ hawkfish.Departing) (hawkfish.Landing, error) {
	return hawkfish.Landing{}, d.refuse(ctx)
}

func (d dead) Migrate(ctx context.Context, _ hawkfish.Passage, _ hawkfish.Departing, _ hawkfish.Landing, _ func(hawkfish.MigrationProgress)) error {
	return d.refuse(ctx)
}

func (d dead) TuneMigration(ctx context.Context, _ string, _, _ int64) error { return d.refuse(ctx) }

func (d dead) SettleMigration(ctx context.Context, _ hawkfish.Passage) (hawkfish.Arrival, error) {
	return hawkfish.Arrival{}, d.refuse(ctx)
}
