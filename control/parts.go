package control

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// divided says how a part of each operation that is divided is opened. An opener returns the task as far as it has come,
// with its ID, its project and its target, also when it fails: for what has been refused is shown, too.
var divided = map[hawkfish.Operation]func(c *Control, ctx context.Context, parent hawkfish.Task, index int) (hawkfish.Task, error){
	hawkfish.OpBatch:     (*Control).openBatched,
	hawkfish.OpAdoptMany: (*Control).openAdopted,
	hawkfish.OpFence:     (*Control).openRecovery,
	hawkfish.OpEvacuate:  (*Control).openExit,
	hawkfish.OpReturn:    (*Control).openExit,
}

// OpenPart opens a subtask; doing so again returns the one there is. One that is refused for good is stored as ended. When the
// parent has no use for parts any more the answer has no TaskID.
func (c *Control) OpenPart(ctx context.Context, parentID string, index int) (hawkfish.Part, error) {
	parent, err := c.FindTask(ctx, hawkfish.Scope{All: true}, parentID)
	if err != nil {
		return hawkfish.Part{}, err
	}
	open, ok := divided[parent.Operation]
	if !ok {
		return hawkfish.Part{}, &hawkfish.Error{Kind: hawkfish.Internal, Resource: "Task", ID: parentID, Message: "nothing says how it is divided", Permanent: true}
	}
	if parent.Ended() || parent.State == schemas.TaskStateCancelling {
		return hawkfish.Part{}, nil
	}
	t, err := c.opened(open(c, ctx, parent, index))
	if err != nil && !hawkfish.KindOf(err).Retryable() {
		t, err = c.refusePart(ctx, t, err)
	}
	return hawkfish.PartOf(t), err
}

// openOn opens a part that works on a system there is: of says what it is, open stores it. op is what it is shown as when the system is gone.
func (c *Control) openOn(ctx context.Context, parent hawkfish.Task, index int, op hawkfish.Operation, system hawkfish.Target,
	of func(Asked, hawkfish.System) (hawkfish.Task, error), open func(context.Context, hawkfish.Task) (hawkfish.Task, error),
) (hawkfish.Task, error) {
	id, err := partOf(parent, index)
	if err != nil {
		return hawkfish.Task{}, err
	}
	t := hawkfish.Task{ID: id.String(), ParentID: parent.ID, ProjectID: parent.ProjectID, Operation: op, Target: system, Requester: parent.Requester}
	s, err := c.FindSystem(ctx, hawkfish.Scope{All: true}, system.ID)
	if err != nil {
		return t, err
	}
	fresh, err := of(askedBy(parent), s)
	if err != nil {
		return t, err
	}
	fresh.ID, fresh.ParentID = t.ID, t.ParentID
	made, err := open(ctx, fresh)
	if err != nil {
		return fresh, err
	}
	return made, nil
}

// refusePart keeps a part that cannot be opened, unless that is because the parent is over: then nothing is kept.
func (c *Control) refusePart(ctx context.Context, t hawkfish.Task, why error) (hawkfish.Task, error) {
	t, err := c.RefuseTask(ctx, t, hawkfish.Faults(why))
	if err != nil && hawkfish.KindOf(err) == hawkfish.Conflict {
		return hawkfish.Task{}, nil
	}
	return t, err
}

// CancelParts cancels the subtasks of a task that have not ended, and returns those that have still to end. No more are
// opened from then on. One that can only go on is left to do so.
func (c *Control) CancelParts(ctx context.Context, parentID string) ([]hawkfish.Part, error) {
	everything := hawkfish.Scope{All: true}
	if _, err := c.Store.CancelTask(ctx, everything, parentID); err != nil && hawkfish.KindOf(err) != hawkfish.Conflict {
		return nil, err
	}
	open, err := c.OpenSubTasks(ctx, parentID)
	if err != nil {
		return nil, err
	}
	var left []hawkfish.Part
	for _, t := range open {
		after, err := c.cancel(ctx, everything, t)
		if err != nil && hawkfish.KindOf(err) != hawkfish.Conflict {
			return nil, err
		}
		if err != nil { // it has ended meanwhile, which its parent is told, or can only go on
			after = t
		}
		left = append(left, hawkfish.PartOf(after))
	}
	return left, nil
}

// askedBy is who asked for a task, when its parts are opened: they may what they were allowed then.
func askedBy(parent hawkfish.Task) Asked {
	return Asked{
		By: hawkfish.Actor{UserName: parent.Requester, Scope: hawkfish.Scope{All: true}}, Within: hawkfish.Scope{Projects: []string{parent.ProjectID}},
		Payload: hawkfish.Payload{TargetURI: parent.Payload.TargetURI, HTTPOperation: parent.Payload.HTTPOperation, Trace: parent.Payload.Trace},
	}
}

// partOf is a new subtask's own part of a task: its ID follows from its parent's and its number, so that opening it again
// opens nothing new.
func partOf(parent hawkfish.Task, index int) (id uuid.UUID, err error) {
	of, err := uuid.Parse(parent.ID)
	return uuid.NewSHA1(of, []byte(strconv.Itoa(index))), err
}
