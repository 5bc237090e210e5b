package store

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// aim notes where the task of a system that has its turn takes the system's power. The queue is locked.
func aim(ctx context.Context, q *db.Queries, target hawkfish.Target) error {
	if target.Kind != hawkfish.TargetSystem {
		return nil
	}
	p := db.AimSystemParams{ID: target.ID, Reset: string(hawkfish.OpReset)}
	for reset, goal := range hawkfish.PowerGoals() {
		p.Types = append(p.Types, string(reset))
		p.Goals = append(p.Goals, string(goal))
	}
	return q.AimSystem(ctx, p)
}
