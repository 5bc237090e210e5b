package store

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// UsageOf counts what a project has.
func (s *Store) UsageOf(ctx context.Context, projectID string) (hawkfish.Usage, error) {
	return ask(ctx, s, subject{resourceProject, projectID}, func(ctx context.Context, q *db.Queries) (hawkfish.Usage, error) {
		return usageOf(ctx, q, projectID)
	})
}

func usageOf(ctx context.Context, q *db.Queries, projectID string) (hawkfish.Usage, error) {
	row, err := q.UsageOf(ctx, projectID)
	return hawkfish.Usage{
		hawkfish.QuotaVCPUs: float64(row.CPUs), hawkfish.QuotaMemoryGiB: float64(row.MemoryMiB) / 1024,
		hawkfish.QuotaDiskGiB: float64(row.DiskGiB), hawkfish.QuotaSystems: float64(row.Systems),
	}, err
}

// withinQuotas is Exhausted when a project cannot have need more. Until the transaction ends no other
// one adds to the project, so that two cannot together take what was left for one. A project without quotas is not
// locked: a quota that is set meanwhile counts as set later.
func withinQuotas(ctx context.Context, q *db.Queries, projectID string, need hawkfish.Usage) error {
	quotas, err := quotasOf(ctx, q.QuotasOf, projectID)
	if err != nil || len(quotas) == 0 {
		return err
	}
	if quotas, err = quotasOf(ctx, q.LockQuotas, projectID); err != nil {
		return err
	}
	used, err := usageOf(ctx, q, projectID)
	if err != nil {
		return err
	}
	kind, limit, exceeded := quotas.Exceeded(used, need)
	if !exceeded {
		return nil
	}
	return &hawkfish.Error{
		Kind: hawkfish.Exhausted, Resource: resourceProject, ID: projectID, Property: "/" + string(kind), Value: strconv.FormatInt(limit, 10),
	}
}

func quotasOf(ctx context.Context, read func(context.Context, string) (json.RawMessage, error), projectID string) (hawkfish.Quotas, error) {
	if !isID(projectID) {
		return nil, hawkfish.Missing(resourceProject, projectID)
	}
	text, err := read(ctx, projectID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, hawkfish.Missing(resourceProject, projectID)
	}
	if err != nil {
		return nil, err
	}
	var quotas hawkfish.Quotas
	return quotas, json.Unmarshal(text, &quotas)
}
