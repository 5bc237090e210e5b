package settings

import (
	"context"
	"encoding/json"
	"time"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Store is what the steps need.
type Store interface {
	hawkfish.Systems
	hawkfish.Tasks
}

var everything = hawkfish.Scope{All: true}

// Register offers the steps to a worker.
func Register(r worker.ActivityRegistry, store Store) {
	s := steps{store}
	durable.Implement(r, Promote, s.promote)
	durable.Implement(r, Restart, s.restart)
	durable.Implement(r, Retract, s.retract)
}

type steps struct{ Store }

// promote can be repeated: what was there before is remembered by the first try alone, so a later one finds it in
// what the guest still runs with.
func (s steps) promote(ctx context.Context, in Change) (Changed, error) {
	var before hawkfish.System
	set := hawkfish.SettingBios(hawkfish.DecodeBios(in.Values), time.Now())
	after, _, err := s.UpdateSystem(ctx, everything, in.SystemID, 0, func(sys *hawkfish.System) error {
		before = sys.Now()
		before.Machine = before.Machine.Clone()
		return set(sys)
	}, in.follow(in.Follow.Configure, hawkfish.OpConfigure, map[string]string{"system": in.SystemID}))
	if err != nil {
		return Changed{}, err
	}
	return Changed{Before: chosen(hawkfish.BiosOf(before), in.Values), Pending: after.Running != nil}, nil
}

func (s steps) restart(ctx context.Context, in Change) (durable.None, error) {
	_, err := s.OpenTask(ctx, in.follow(in.Follow.Restart, hawkfish.OpReset, map[string]string{
		"system": in.SystemID, "type": string(schemas.ResetTypeGracefulRestart),
	}))
	if hawkfish.KindOf(err) == hawkfish.Exists { // an earlier try has opened it
		err = nil
	}
	return durable.None{}, err
}

func (s steps) retract(ctx context.Context, in Retraction) (Retracted, error) {
	applied := false
	_, _, err := s.UpdateSystem(ctx, everything, in.SystemID, 0, func(sys *hawkfish.System) error {
		now := hawkfish.BiosOf(sys.Now())
		applied = hawkfish.IsOn(sys.Power)
		for name, value := range hawkfish.DecodeBios(in.Values) {
			applied = applied && now[name] == value
		}
		if applied {
			return nil
		}
		return hawkfish.SetBios(sys, hawkfish.DecodeBios(in.Before))
	}, in.follow(in.Follow.Retract, hawkfish.OpConfigure, map[string]string{"system": in.SystemID}))
	return Retracted{Applied: applied}, err
}

// follow describes a task that follows from this one.
func (in Change) follow(id string, op hawkfish.Operation, input any) hawkfish.Task {
	text, _ := json.Marshal(input) // it holds only strings
	return hawkfish.Task{
		ID: id, Operation: op, Target: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: in.SystemID},
		Requester: in.Requester, Input: text,
	}
}

// chosen keeps of all values those of the wanted names.
func chosen(all, wanted map[string]any) map[string]any {
	kept := map[string]any{}
	for name := range wanted {
		kept[name] = all[name]
	}
	return kept
}
