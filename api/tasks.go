package api

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// taskServiceView is the TaskService (DSP0268).
type taskServiceView struct {
	ID              string                      `json:"Id"`
	Name            string                      `json:"Name"`
	ServiceEnabled  bool                        `json:"ServiceEnabled"`
	DateTime        time.Time                   `json:"DateTime"`
	OverWritePolicy schemas.TaskOverWritePolicy `json:"CompletedTaskOverWritePolicy"`
	Status          status                      `json:"Status"`
	Tasks           *redfish.Link               `json:"Tasks"`
}

func tasks(c *control.Control, info ServiceInfo) []redfish.Resource {
	service := redfish.Define(redfish.Spec[taskServiceView, time.Time]{
		Type: schemas.TypeTaskService,
		Path: "/redfish/v1/TaskService",
		Load: func(context.Context, *redfish.Request) (time.Time, error) { return time.Now(), nil },
		Show: func(to redfish.Links, now time.Time) taskServiceView {
			return taskServiceView{
				ID: "TaskService", Name: "Tasks", ServiceEnabled: true, DateTime: now.UTC().Truncate(time.Second),
				OverWritePolicy: schemas.TaskOverWritePolicyOldest, Status: working, Tasks: to.To("TaskCollection", ""),
			}
		},
	})
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeTaskCollection,
		Title: "Tasks",
		Path:  "/redfish/v1/TaskService/Tasks",
		Of:    "Task",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			if filter := taskFilter(req); filter != (hawkfish.TaskFilter{}) {
				return c.TaskIDsWith(ctx, req.Scope(), filter, page)
			}
			found, total, err := c.ListTasks(ctx, req.Scope(), page)
			return redfish.Keys(found, func(t hawkfish.Task) string { return t.ID }), total, err
		},
		Filters: taskFilters,
	})
	task := redfish.Define(redfish.Spec[taskView, taskState]{
		Type:     schemas.TypeTask,
		Path:     "/redfish/v1/TaskService/Tasks/{id}",
		Load:     findWhole(c),
		Key:      taskKey,
		Project:  func(s taskState) string { return s.ProjectID },
		Show:     showTask,
		Oem:      showTaskOem(info),
		Revision: taskRevision,
		Delete: func(ctx context.Context, req *redfish.Request, s taskState) (redfish.Result, error) {
			return cancelTask(ctx, c, req, s.Task)
		},
		Actions: []redfish.ActionOf[taskState]{decide(c, control.Resume), decide(c, control.Retry), decide(c, control.Abort)},
	})
	return append([]redfish.Resource{service, collection, task, taskMonitor(c)}, subTasks(c, info)...)
}

// taskFilters are the properties of tasks that the database narrows a list by.
var taskFilters = []string{"TaskState", "Oem/HawkFish/Operation", "Oem/HawkFish/TargetId", "Oem/HawkFish/TargetName", "Oem/HawkFish/Requester"}

func taskFilter(req *redfish.Request) hawkfish.TaskFilter {
	return hawkfish.TaskFilter{
		State:     (*schemas.TaskState)(req.Wants("TaskState")),
		Operation: (*hawkfish.Operation)(req.Wants("Oem/HawkFish/Operation")),
		TargetID:  req.Wants("Oem/HawkFish/TargetId"), TargetName: req.Wants("Oem/HawkFish/TargetName"),
		Requester: req.Wants("Oem/HawkFish/Requester"),
	}
}

// decide declares the action by which a person tells a suspended task how to go on.
func decide(c *control.Control, d control.Decision) redfish.ActionOf[taskState] {
	name := map[control.Decision]string{control.Resume: "Resume", control.Retry: "Retry", control.Abort: "Abort"}[d]
	action := redfish.Do("Oem/HawkFishTask."+name, func(ctx context.Context, req *redfish.Request, s taskState, _ struct{}) (redfish.Result, error) {
		after, err := c.DecideTask(ctx, asked(req), s.Task, d)
		return redfish.Found(taskName(after), taskState{Task: after, decides: true}), err
	})
	return redfish.Offered(action, func(s taskState) bool {
		return s.decides && s.State == schemas.TaskStateSuspended && (d != control.Resume || !s.Needed)
	})
}

func cancelTask(ctx context.Context, c *control.Control, req *redfish.Request, t hawkfish.Task) (redfish.Result, error) {
	after, err := c.CancelTask(ctx, asked(req), t)
	if err == nil && after.Ended() {
		return redfish.Done(), nil
	}
	return accepted(after, err)
}
