package store

import (
	"context"
	"math"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// Prune forgets up to limit each of tasks that have ended, events, entries of the audit trail and entries of logs that are
// older than keep says, the oldest first, and the sessions that have expired. It returns how many are gone. Any number of processes may prune.
func (s *Store) Prune(ctx context.Context, keep hawkfish.Retention, limit int) (int, error) {
	atMost := int32(min(limit, math.MaxInt32))
	var gone int64
	for _, prune := range []struct {
		age time.Duration
		run func(context.Context, *db.Queries, float64) (int64, error)
	}{
		{keep.Tasks, func(ctx context.Context, q *db.Queries, age float64) (int64, error) {
			return q.PruneTasks(ctx, db.PruneTasksParams{Age: age, AtMost: atMost})
		}},
		{keep.Events, func(ctx context.Context, q *db.Queries, age float64) (int64, error) {
			return q.PruneEvents(ctx, db.PruneEventsParams{Age: age, AtMost: atMost})
		}},
		{keep.Audit, func(ctx context.Context, q *db.Queries, age float64) (int64, error) {
			return q.PruneAudit(ctx, db.PruneAuditParams{Age: age, AtMost: atMost})
		}},
		{keep.Logs, func(ctx context.Context, q *db.Queries, age float64) (int64, error) {
			return q.PruneLogs(ctx, db.PruneLogsParams{Age: age, AtMost: atMost})
		}},
		{keep.Logs, func(ctx context.Context, q *db.Queries, age float64) (int64, error) {
			return q.PruneMigrations(ctx, db.PruneMigrationsParams{Age: age, AtMost: atMost})
		}},
	} {
		if prune.age == 0 {
			continue
		}
		n, err := ask(ctx, s, subject{}, func(ctx context.Context, q *db.Queries) (int64, error) {
			return prune.run(ctx, q, prune.age.Seconds())
		})
		if gone += n; err != nil {
			return int(gone), err
		}
	}
	n, err := ask(ctx, s, subject{resource: resourceSession}, func(ctx context.Context, q *db.Queries) (int64, error) {
		return q.DropExpiredSessions(ctx)
	})
	return int(gone + n), err
}
