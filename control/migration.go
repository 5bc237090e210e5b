package control

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/migration"
)

// MigrationTuner changes the limits of a transfer that leaves a host.
type MigrationTuner func(ctx context.Context, host string, in migration.Tuning) error

// MigrateSystem opens the task that brings a system to another host, or to the best one where the order names none. Everything wrong with the order
// is in the error; what only the hosts can tell, the task finds out before it changes anything.
func (c *Control) MigrateSystem(ctx context.Context, asked Asked, s hawkfish.System, order hawkfish.MigrationOrder) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	if err := c.checkMigration(ctx, s, order); err != nil {
		return hawkfish.Task{}, err
	}
	t, err := migrationTask(asked, s, order)
	if err != nil {
		return t, err
	}
	return c.opened(c.OpenTask(ctx, t))
}

// migrationTask is the task of a system's migration. Who divides a task into migrations opens one of these for each, with an ID of its own (see divided).
func migrationTask(asked Asked, s hawkfish.System, order hawkfish.MigrationOrder) (hawkfish.Task, error) {
	order.SystemID, order.Requester = s.ID, asked.By.UserName
	return newTask(asked, s.ProjectID, hawkfish.OpMigrate, systemTarget(s), order)
}

func (c *Control) checkMigration(ctx context.Context, s hawkfish.System, order hawkfish.MigrationOrder) error {
	faults := order.Check()
	if order.To != "" {
		_, err := c.FindHost(ctx, order.To)
		if hawkfish.KindOf(err) == hawkfish.NotFound && err != nil {
			err = hawkfish.Refused("/TargetHost", order.To, "there is no such host")
		}
		faults = append(faults, err)
	}
	if s.Machine.Adopted != nil {
		faults = append(faults, &hawkfish.Error{
			Kind: hawkfish.Unsupported, Resource: "ComputerSystem", ID: s.ID, Message: "an adopted system is not brought to another host: its files are not HawkFish's",
		})
	}
	return errors.Join(faults...)
}

// TransferOf is how far the transfer of a migration has come; false: there is none now, or nobody can say.
func (c *Control) TransferOf(ctx context.Context, m hawkfish.Migration) (p hawkfish.MigrationProgress, ok bool) {
	if m.State != hawkfish.MigrationTransferring {
		return p, false
	}
	looking, cancel := context.WithTimeout(ctx, progressDeadline)
	defer cancel()
	seen, err := c.Engine.Look(looking, m.ID)
	if err != nil || seen.Step != migration.Send.Name || len(seen.Progress.Detail) == 0 {
		return p, false
	}
	return p, json.Unmarshal(seen.Progress.Detail, &p) == nil
}

// TuneMigration changes the limits of a transfer under way. Conflict when there is none.
func (c *Control) TuneMigration(ctx context.Context, m hawkfish.Migration, bandwidthMiBps, maxDowntimeMs int64) error {
	if err := errors.Join((hawkfish.MigrationPlan{BandwidthMiBps: bandwidthMiBps, MaxDowntimeMs: maxDowntimeMs}).Check()...); err != nil {
		return err
	}
	if m.State != hawkfish.MigrationTransferring {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Migration", ID: m.ID, Message: "nothing is being transferred any more"}
	}
	return c.Tune(ctx, m.From, migration.Tuning{SystemID: m.SystemID, BandwidthMiBps: bandwidthMiBps, MaxDowntimeMs: maxDowntimeMs})
}

// CancelMigration cancels the task of a migration. Conflict when it has ended.
func (c *Control) CancelMigration(ctx context.Context, asked Asked, m hawkfish.Migration) (hawkfish.Task, error) {
	t, err := c.FindTask(ctx, asked.By.Scope, m.ID)
	if err != nil {
		return t, err
	}
	return c.CancelTask(ctx, asked, t)
}
