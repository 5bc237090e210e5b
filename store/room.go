package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// takes is what a system takes of its host: what it is to have, and what its guest has not given back yet.
func takes(s hawkfish.System) hawkfish.Resources {
	r := hawkfish.Resources{CPUs: s.CPUs, MemoryMiB: s.MemoryMiB}
	if s.Running != nil {
		r.CPUs, r.MemoryMiB = max(r.CPUs, s.Running.CPUs), max(r.MemoryMiB, s.Running.MemoryMiB)
	}
	return r
}

// grows reports whether a system takes more of its host after a change.
func grows(was, is hawkfish.System) bool {
	before, after := takes(was), takes(is)
	return is.HostID != "" && (after.CPUs > before.CPUs || after.MemoryMiB > before.MemoryMiB)
}

// reserve locks placement, which comes before the system's row, when a change may need more of one.
func reserve(ctx context.Context, q *db.Queries, scope hawkfish.Scope, id string, alter hawkfish.SystemChange) error {
	row, err := q.SystemByID(ctx, db.SystemByIDParams{ID: id, Everything: scope.All, Projects: held(scope)})
	was, err := found(row, err)
	if err != nil {
		return err
	}
	is := was
	is.Machine = was.Machine.Clone()
	if alter(&is) != nil || !grows(was, is) {
		return nil // what is wrong is told by the change itself
	}
	return lockPlacement(ctx, q)
}

// withinHost is Exhausted when a system's host has not as much left as a change needs. Placement is locked.
func withinHost(ctx context.Context, q *db.Queries, was, is hawkfish.System) error {
	h, err := findHost(ctx, q, is.HostID)
	if err != nil {
		return err
	}
	before, after, free := takes(was), takes(is), h.Free()
	return errors.Join(
		lacks("CPUs", int64(after.CPUs-before.CPUs), int64(free.CPUs)),
		lacks("memory", after.MemoryMiB-before.MemoryMiB, free.MemoryMiB),
	)
}

func lacks(what string, more, free int64) error {
	if more <= 0 || more <= free {
		return nil
	}
	return &hawkfish.Error{
		Kind: hawkfish.Exhausted, Resource: resourceHost,
		Message: "the system's host has too little " + what + " left", Err: fmt.Errorf("%d of %d more", max(free, 0), more),
	}
}
