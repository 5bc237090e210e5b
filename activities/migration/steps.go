package migration

import (
	"context"
	"encoding/json"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Store is what the fleet's steps need.
type Store interface {
	hawkfish.Systems
	hawkfish.Images
	hawkfish.Ledger
}

// Register offers the steps of the fleet's side.
func Register(r worker.ActivityRegistry, store Store) {
	everything := hawkfish.Scope{All: true}
	durable.Implement(r, Source, func(ctx context.Context, in System) (hawkfish.ImageSource, error) {
		s, err := store.FindSystem(ctx, everything, in.ID)
		if err != nil || s.ImageID == "" {
			return hawkfish.ImageSource{}, err
		}
		image, err := store.FindImage(ctx, everything, s.ImageID)
		return hawkfish.NewGuest(s, image).Image, err
	})
	durable.Implement(r, Begin, func(ctx context.Context, in Beginning) (durable.None, error) {
		return durable.None{}, store.BeginMigration(ctx, hawkfish.Migration{
			ID: in.ID, SystemID: in.SystemID, From: in.From, To: in.To, Plan: in.Plan, Shared: in.Shared, Requester: in.Requester,
		})
	})
	durable.Implement(r, Commit, func(ctx context.Context, in Record) (durable.None, error) {
		return durable.None{}, store.CommitMigration(ctx, in.ID)
	})
	durable.Implement(r, Note, func(ctx context.Context, in Record) (durable.None, error) {
		return durable.None{}, store.NoteMigration(ctx, in.ID, in.Result)
	})
	durable.Implement(r, Leave, func(ctx context.Context, in Left) (durable.None, error) {
		return durable.None{}, store.LeaveBehind(ctx, in.HostID, in.Left)
	})
}

// RegisterHost offers the steps of a host.
func RegisterHost(r worker.ActivityRegistry, host hawkfish.Migrator) {
	durable.Implement(r, Offer, func(ctx context.Context, in Way) (hawkfish.Departing, error) {
		return host.OfferMigration(ctx, in.Passage)
	})
	durable.Implement(r, Prepare, func(ctx context.Context, in Way) (hawkfish.Landing, error) {
		return host.PrepareMigration(ctx, in.Passage, in.Departing)
	})
	durable.Implement(r, Send, func(ctx context.Context, in Way) (durable.None, error) {
		err := host.Migrate(ctx, in.Passage, in.Departing, in.Landing, func(p hawkfish.MigrationProgress) { report(ctx, p) })
		if err != nil && ctx.Err() != nil { // the transfer goes on; that it was not waited for is all there is to tell
			err = ctx.Err()
		}
		return durable.None{}, err
	})
	durable.Implement(r, Abort, func(ctx context.Context, in Way) (durable.None, error) {
		return durable.None{}, host.AbortMigration(ctx, in.Passage)
	})
	durable.Implement(r, State, func(ctx context.Context, in Question) (Standing, error) {
		is, err := host.MigrationState(ctx, in.SystemID)
		return Standing{is}, err
	})
	durable.Implement(r, Tune, func(ctx context.Context, in Tuning) (durable.None, error) {
		return durable.None{}, host.TuneMigration(ctx, in.SystemID, in.BandwidthMiBps, in.MaxDowntimeMs)
	})
	durable.Implement(r, Settle, func(ctx context.Context, in Way) (hawkfish.Arrival, error) {
		return host.SettleMigration(ctx, in.Passage)
	})
	durable.Implement(r, Clean, func(ctx context.Context, in System) (durable.None, error) {
		return durable.None{}, host.CleanMigration(ctx, in.ID)
	})
	durable.Implement(r, Forget, func(ctx context.Context, in Gone) (durable.None, error) {
		return durable.None{}, host.ForgetMigrated(ctx, in.SystemID, in.Shared)
	})
}

// report tells how far a transfer has come.
func report(ctx context.Context, p hawkfish.MigrationProgress) {
	done, total := p.Share()
	detail, _ := json.Marshal(p) // it is plain numbers
	durable.Report(ctx, durable.Progress{Done: done, Total: total, Detail: detail})
}
