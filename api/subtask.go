package api

import (
	"cmp"
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// A task that is divided has its parts below itself, and nowhere else (DSP0268, Task.SubTasks, and the URIs of Task): every resource
// has one URI, and the list of tasks stays one of what was asked for. A subtask has none of its own.
const subTasksPath = "/redfish/v1/TaskService/Tasks/{id}/SubTasks"

func subTasks(c *control.Control, info ServiceInfo) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeTaskCollection,
		Name:  "SubTaskCollection",
		Title: "Subtasks",
		Path:  subTasksPath,
		Of:    "SubTask",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			parent, err := c.FindTask(ctx, req.Scope(), req.Var("id"))
			if err == nil && parent.Parts == 0 {
				err = hawkfish.Missing("TaskCollection", parent.ID)
			}
			if err != nil {
				return nil, 0, err
			}
			found, total, err := c.ListSubTasks(ctx, req.Scope(), parent.ID, page)
			return redfish.Keys(found, func(t hawkfish.Task) string { return subTaskKey(taskState{Task: t}) }), total, err
		},
	})
	task := redfish.Define(redfish.Spec[taskView, taskState]{
		Type:     schemas.TypeTask,
		Name:     "SubTask",
		Path:     subTasksPath + "/{part}",
		Load:     findPart(c),
		Key:      subTaskKey,
		Project:  func(s taskState) string { return s.ProjectID },
		Show:     showTask,
		Oem:      showTaskOem(info),
		Revision: taskRevision,
		Delete: func(ctx context.Context, req *redfish.Request, s taskState) (redfish.Result, error) {
			return cancelTask(ctx, c, req, s.Task)
		},
		Actions: []redfish.ActionOf[taskState]{decide(c, control.Resume), decide(c, control.Retry), decide(c, control.Abort)},
	})
	return []redfish.Resource{collection, task}
}

func subTaskKey(s taskState) string { return s.ParentID + "/" + s.ID }

// taskName is what links call a task.
func taskName(t hawkfish.Task) string {
	if t.ParentID != "" {
		return "SubTask"
	}
	return "Task"
}

// watched answers with a task that goes on.
func watched(s taskState) redfish.Result {
	return redfish.Accepted(taskName(s.Task), s, "TaskMonitor").WatchedAs(s.ID)
}

// findWhole loads a task that is no part of another one.
func findWhole(c *control.Control) func(context.Context, *redfish.Request) (taskState, error) {
	find := findTask(c, "id")
	return func(ctx context.Context, req *redfish.Request) (taskState, error) {
		s, err := find(ctx, req)
		if err == nil && s.ParentID != "" {
			err = hawkfish.Missing("Task", s.ID)
		}
		return s, err
	}
}

// findPart loads a subtask of the task that the path names.
func findPart(c *control.Control) func(context.Context, *redfish.Request) (taskState, error) {
	find := findTask(c, "part")
	return func(ctx context.Context, req *redfish.Request) (taskState, error) {
		s, err := find(ctx, req)
		if err == nil && s.ParentID != req.Var("id") {
			err = hawkfish.Missing("Task", s.ID)
		}
		return s, err
	}
}

// maxStuckTold is how many subtasks that wait for a person a task tells of.
const maxStuckTold = 10

// stuckParts tells which subtasks of a task that goes on wait for a person, and why.
func stuckParts(s taskState) []schemas.Message {
	var msgs []schemas.Message
	for _, t := range s.progress.Open {
		if t.State == schemas.TaskStateSuspended && len(msgs) < maxStuckTold {
			msgs = append(msgs, schemas.HawkFishTaskWaitsForDecision(t.Target.Name+": "+t.Step, whyStuck(t)))
		}
	}
	return msgs
}

// whyStuck says why a task is suspended.
func whyStuck(t hawkfish.Task) string {
	if len(t.Faults) == 0 {
		return "it failed"
	}
	return cmp.Or(t.Faults[0].Message, string(t.Faults[0].Kind))
}
