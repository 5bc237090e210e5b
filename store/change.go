package store

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// changed is a system after a change, and the task that carries it to the host, if there is one.
type changed struct {
	hawkfish.System
	hawkfish.Task
}

// UpdateSystem returns Stale when revision is not the stored one; 0 matches any. NotFound. A change that changes
// nothing leaves the revision alone. carry is opened when the system is on a host and its host has to know, unless
// a task that has not begun will tell the host anyhow.
func (s *Store) UpdateSystem(ctx context.Context, scope hawkfish.Scope, id string, revision int64, change hawkfish.SystemChange, carry hawkfish.Task) (hawkfish.System, hawkfish.Task, error) {
	on := subject{resourceSystem, id}
	if !isID(id) {
		return hawkfish.System{}, hawkfish.Task{}, on.missing()
	}
	carry.ID = newID(carry.ID)
	carry.Target = hawkfish.Target{Kind: hawkfish.TargetSystem, ID: id}
	after, err := transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (changed, error) {
		if err := lockTarget(ctx, q, carry.Target); err != nil { // before its row, as all do
			return changed{}, err
		}
		if err := reserve(ctx, q, scope, id, change); err != nil {
			return changed{}, err
		}
		row, err := q.SystemToChange(ctx, db.SystemToChangeParams{ID: id, Everything: scope.All, Projects: held(scope)})
		was, err := found(row, err)
		if err != nil {
			return changed{}, err
		}
		if revision != 0 && revision != was.Revision {
			return changed{}, &hawkfish.Error{Kind: hawkfish.Stale, Resource: resourceSystem, ID: id}
		}
		is, err := changeSystem(ctx, q, was, change)
		if err != nil || is.Revision == was.Revision {
			return changed{System: is}, err
		}
		events, task := changeEvents(was, is, carry.Requester), hawkfish.Task{}
		if concernsHost(was, is) {
			if task, err = carryOut(ctx, q, is, carry); err != nil {
				return changed{}, err
			}
		}
		if task.ID != "" {
			events = append(events, taskEvent(hawkfish.EventTaskOpened, task))
		}
		return changed{is, task}, record(ctx, q, events)
	})
	return after.System, after.Task, err
}

func changeSystem(ctx context.Context, q *db.Queries, was hawkfish.System, alter hawkfish.SystemChange) (hawkfish.System, error) {
	is := was
	is.Machine = was.Machine.Clone()
	if err := alter(&is); err != nil {
		return was, err
	}
	if err := is.KeepsAdopted(was); err != nil {
		return was, err
	}
	if is.AssetTag == was.AssetTag && maps.Equal(is.Labels, was.Labels) && !concernsGuest(was, is) && is.Machine.Equal(was.Machine) && is.Placement.Equal(was.Placement) {
		return was, nil
	}
	if more := is.Need().Beyond(was.Need()); more.Any() {
		if err := withinQuotas(ctx, q, is.ProjectID, more); err != nil {
			return was, err
		}
	}
	if grows(was, is) {
		if err := withinHost(ctx, q, was, is); err != nil {
			return was, err
		}
	}
	if concernsGuest(was, is) {
		is.Machine.Generation = was.Machine.Generation + 1
		if is.Running == nil && was.Goes() {
			is.Running = &hawkfish.Running{CPUs: was.CPUs, MemoryMiB: was.MemoryMiB, Machine: was.Machine}
		}
	}
	machine, err := json.Marshal(is.Machine)
	if err != nil {
		return was, err
	}
	change := db.ChangeSystemParams{ID: was.ID, AssetTag: is.AssetTag, Labels: labelled(is.Labels), CPUs: int32(is.CPUs), MemoryMiB: is.MemoryMiB, Machine: machine, Placement: detail(is.Placement)}
	if is.Running != nil {
		if change.Running, err = json.Marshal(is.Running); err != nil {
			return was, err
		}
	}
	row, err := q.ChangeSystem(ctx, change)
	return found(row, err)
}

// concernsHost reports whether a host has to know of a change before it next starts the guest, when it gets all there is to know.
func concernsHost(was, is hawkfish.System) bool {
	return is.HostID != "" && is.Phase == hawkfish.PhaseReady && concernsGuest(was, is)
}

// concernsGuest reports whether a guest is another after a change. Media come and go by tasks of their own, in every guest.
func concernsGuest(was, is hawkfish.System) bool {
	return is.CPUs != was.CPUs || is.MemoryMiB != was.MemoryMiB || !is.Machine.SameButMedia(was.Machine)
}

// carryOut opens the task that carries a change to the host, unless one that has not begun will do it.
func carryOut(ctx context.Context, q *db.Queries, s hawkfish.System, carry hawkfish.Task) (hawkfish.Task, error) {
	waits, err := q.ConfigurationWaits(ctx, db.ConfigurationWaitsParams{ID: s.ID, Configure: string(hawkfish.OpConfigure)})
	if err != nil || waits {
		return hawkfish.Task{}, err
	}
	carry.ProjectID, carry.Target.Name = s.ProjectID, s.Name
	return enqueue(ctx, q, carry, hawkfish.MaxWaitingTasks)
}

func insertSystem(ctx context.Context, q *db.Queries, s hawkfish.System) (hawkfish.System, error) {
	machine, err := json.Marshal(s.Machine)
	if err != nil {
		return s, err
	}
	row, err := q.InsertSystem(ctx, db.InsertSystemParams{
		ID: s.ID, Name: s.Name, ProjectID: s.ProjectID, Phase: string(hawkfish.PhaseProvisioning),
		CPUs: int32(s.CPUs), MemoryMiB: s.MemoryMiB, DiskGiB: s.DiskGiB, ImageID: orNull(s.ImageID), Network: s.Network, MAC: s.MAC,
		AssetTag: s.AssetTag, Labels: labelled(s.Labels), Machine: machine, Placement: detail(s.Placement), Power: string(s.Power),
	})
	if err == nil && s.HostID != "" { // an adopted one is where it is
		err = q.PlaceSystem(ctx, db.PlaceSystemParams{ID: s.ID, HostID: &s.HostID})
	}
	return found(row, err)
}

// labelled encodes labels; none are an empty object.
func labelled(labels map[string]string) json.RawMessage {
	if len(labels) == 0 {
		return json.RawMessage("{}")
	}
	return detail(labels)
}
