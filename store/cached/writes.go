package cached

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// The writes below forget what they may have changed whether they succeed or not: a write whose answer was lost
// may have happened.

// UpdateSystem changes a system.
func (s *Store) UpdateSystem(ctx context.Context, scope hawkfish.Scope, id string, revision int64, change hawkfish.SystemChange, carry hawkfish.Task) (hawkfish.System, hawkfish.Task, error) {
	changed, opened, err := s.Source.UpdateSystem(ctx, scope, id, revision, change, carry)
	s.forgetSystem(id, false)
	s.forgetSystem(changed.ID, false) // id may be in capitals
	return changed, opened, err
}

// CreateSystem stores a system.
func (s *Store) CreateSystem(ctx context.Context, sys hawkfish.System, t hawkfish.Task) (hawkfish.Task, error) {
	defer s.lists.forgetAll()
	return s.Source.CreateSystem(ctx, sys, t)
}

// DeleteSystem marks a system.
func (s *Store) DeleteSystem(ctx context.Context, t hawkfish.Task) (hawkfish.Task, error) {
	opened, err := s.Source.DeleteSystem(ctx, t)
	s.forgetTarget(t)
	s.forgetTarget(opened)
	return opened, err
}

// OpenTask may set a system's power on its way.
func (s *Store) OpenTask(ctx context.Context, t hawkfish.Task) (hawkfish.Task, error) {
	opened, err := s.Source.OpenTask(ctx, t)
	s.forgetTarget(t)
	return opened, err
}

// SupersedeTasks may, too.
func (s *Store) SupersedeTasks(ctx context.Context, t hawkfish.Task) (hawkfish.Task, error) {
	opened, err := s.Source.SupersedeTasks(ctx, t)
	s.forgetTarget(t)
	return opened, err
}

// CancelTask may give a system that was to be deleted its phase back.
func (s *Store) CancelTask(ctx context.Context, scope hawkfish.Scope, id string) (hawkfish.Task, error) {
	t, err := s.Source.CancelTask(ctx, scope, id)
	s.forgetTarget(t)
	return t, err
}

// FindTask sees to it that who has seen a task end sees what the task has done: the row of the task
// may be read before its end's notification has come.
func (s *Store) FindTask(ctx context.Context, scope hawkfish.Scope, id string) (hawkfish.Task, error) {
	t, err := s.Source.FindTask(ctx, scope, id)
	const recent = time.Minute // longer than any notification takes, and than clocks differ
	if err == nil && t.Ended() && time.Since(t.EndedAt) < recent {
		if _, known := s.ends.get(t.ID); !known {
			s.forgetTarget(t)
			s.ends.set(t.ID, "")
		}
	}
	return t, err
}

// PlaceSystem gives a system its host.
func (s *Store) PlaceSystem(ctx context.Context, systemID string) (string, error) {
	defer s.forgetSystem(systemID, false)
	return s.Source.PlaceSystem(ctx, systemID)
}

// MoveSystem gives it another one.
func (s *Store) MoveSystem(ctx context.Context, systemID, hostID string) error {
	defer s.forgetSystem(systemID, false)
	return s.Source.MoveSystem(ctx, systemID, hostID)
}

// CommitMigration does, too.
func (s *Store) CommitMigration(ctx context.Context, id string) error {
	err := s.Source.CommitMigration(ctx, id)
	if m, lost := s.FindMigration(ctx, everything, id); lost == nil {
		s.forgetSystem(m.SystemID, false)
	} else {
		s.systems.forgetAll()
	}
	return err
}

// FinishTask changes the task's target.
func (s *Store) FinishTask(ctx context.Context, taskID string, o hawkfish.Outcome, seen *hawkfish.Observation, img *hawkfish.ImageFacts) error {
	err := s.Source.FinishTask(ctx, taskID, o, seen, img)
	t, lost := s.Source.FindTask(ctx, everything, taskID)
	if lost != nil {
		s.systems.forgetAll()
		s.lists.forgetAll()
	}
	s.forgetTarget(t)
	if seen != nil {
		s.forgetSystem(seen.SystemID, false)
	}
	return err
}

// Observe changes what was seen and, when the look was complete, what was not.
func (s *Store) Observe(ctx context.Context, hostID string, seen []hawkfish.Observation, complete time.Time) error {
	err := s.Source.Observe(ctx, hostID, seen, complete)
	for _, o := range seen {
		s.systems.forget(o.SystemID)
	}
	if !complete.IsZero() {
		s.systems.forgetAll()
	}
	return err
}
