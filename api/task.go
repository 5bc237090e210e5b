package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// taskState is a task with what its workflow says of it.
type taskState struct {
	hawkfish.Task
	progress control.Progress
	percent  bool // progress has been asked for
	decides  bool // who looks may decide how it goes on
}

// taskView is a task as callers see it (DSP0268, Task).
type taskView struct {
	ID              string            `json:"Id"`
	Name            string            `json:"Name"`
	TaskState       schemas.TaskState `json:"TaskState"`
	TaskStatus      schemas.Health    `json:"TaskStatus"`
	PercentComplete *int              `json:"PercentComplete,omitempty"`
	SubTasks        *redfish.Link     `json:"SubTasks,omitempty"`
	StartTime       time.Time         `json:"StartTime"`
	EndTime         *time.Time        `json:"EndTime,omitempty"`
	TaskMonitor     string            `json:"TaskMonitor"`
	HidePayload     bool              `json:"HidePayload"`
	Payload         taskPayload       `json:"Payload"`
	Messages        []redfish.Info    `json:"Messages"`
}

type taskPayload struct {
	TargetURI     string   `json:"TargetUri"`
	HTTPOperation string   `json:"HttpOperation"`
	HTTPHeaders   []string `json:"HttpHeaders"`
	JSONBody      string   `json:"JsonBody,omitempty"`
}

// taskOem is what only HawkFish knows of a task.
type taskOem struct {
	Type        string             `json:"@odata.type"`
	Operation   hawkfish.Operation `json:"Operation"`
	TargetID    string             `json:"TargetId"`
	TargetName  string             `json:"TargetName"`
	Requester   string             `json:"Requester"`
	Step        string             `json:"Step,omitempty"`
	Attempt     int                `json:"Attempt,omitempty"`
	LastFailure string             `json:"LastFailure,omitempty"` // for those who run the fleet
	WorkflowID  string             `json:"WorkflowId"`
	RunID       string             `json:"RunId,omitempty"`
	TemporalUI  string             `json:"TemporalUI,omitempty"`
}

// taskHealth says how a task fares in each state; OK where it says nothing.
var taskHealth = map[schemas.TaskState]schemas.Health{
	schemas.TaskStateSuspended: schemas.HealthWarning,
	schemas.TaskStateException: schemas.HealthCritical,
}

// taskStatus is a warning when a part of a task has failed, or waits for a person.
func taskStatus(s taskState) schemas.Health {
	if s.State == schemas.TaskStateCompleted && len(s.Faults) > 0 || len(stuckParts(s)) > 0 {
		return schemas.HealthWarning
	}
	return cmp.Or(taskHealth[s.State], schemas.HealthOK)
}

// findTask loads a task, and asks its workflow how far it is while it runs.
func findTask(c *control.Control, variable string) func(context.Context, *redfish.Request) (taskState, error) {
	return func(ctx context.Context, req *redfish.Request) (taskState, error) {
		t, err := c.FindTask(ctx, req.Scope(), req.Var(variable))
		if err != nil {
			return taskState{}, err
		}
		s := taskState{
			Task: t, progress: c.TaskProgress(ctx, t), percent: true,
			decides: req.May(http.MethodPost, "Task", t.ProjectID),
		}
		if !manages(req) {
			s.progress.LastFailure = ""
		}
		return s, nil
	}
}

func taskKey(s taskState) string { return s.ID }

// taskRevision is 0 while a task goes on: its progress is in no row.
func taskRevision(s taskState) int64 {
	if !s.Ended() {
		return 0
	}
	return s.Revision
}

func showTask(to redfish.Links, s taskState) taskView {
	v := taskView{
		ID: s.ID, Name: string(s.Operation) + " " + s.Target.Name,
		TaskState: s.State, TaskStatus: taskStatus(s),
		StartTime:   s.CreatedAt.UTC(),
		TaskMonitor: to.URI("TaskMonitor", s.ID),
		Payload: taskPayload{
			TargetURI: s.Payload.TargetURI, HTTPOperation: s.Payload.HTTPOperation,
			HTTPHeaders: []string{}, JSONBody: string(s.Payload.JSONBody),
		},
		Messages: taskMessages(s),
	}
	if s.Parts > 0 {
		v.SubTasks = to.To("SubTaskCollection", s.ID)
	}
	if s.percent && s.State != schemas.TaskStateException && s.State != schemas.TaskStateCancelled {
		v.PercentComplete = &s.progress.Percent
	}
	if !s.StartedAt.IsZero() {
		v.StartTime = s.StartedAt.UTC()
	}
	if !s.EndedAt.IsZero() {
		end := s.EndedAt.UTC()
		v.EndTime = &end
	}
	return v
}

// taskMessages tells what has become of a task. Its faults read like those of a request refused at once.
func taskMessages(t taskState) []redfish.Info {
	msgs := append(redfish.ExplainAll(t.Faults), stuckParts(t)...)
	switch t.State {
	case schemas.TaskStateCompleted:
		if len(t.Faults) > 0 {
			msgs = append(msgs, schemas.TaskEventTaskCompletedWarning(t.ID))
			break
		}
		msgs = append(msgs, schemas.TaskEventTaskCompletedOK(t.ID))
	case schemas.TaskStateCancelled:
		msgs = append(msgs, schemas.TaskEventTaskCancelled(t.ID))
	case schemas.TaskStateSuspended:
		msgs = append(msgs, schemas.HawkFishTaskWaitsForDecision(t.Step, whyStuck(t.Task)))
	}
	infos := make([]redfish.Info, len(msgs))
	for i, m := range msgs {
		infos[i] = redfish.NewInfo(m)
	}
	return infos
}

func showTaskOem(info ServiceInfo) func(redfish.Links, taskState) any {
	return func(_ redfish.Links, s taskState) any {
		oem := taskOem{
			Type: "#HawkFishTask.v1_0_0.HawkFishTask", Operation: s.Operation, TargetID: s.Target.ID, TargetName: s.Target.Name,
			Requester: s.Requester, Step: cmp.Or(s.progress.Step, s.Step), Attempt: s.progress.Attempt,
			LastFailure: s.progress.LastFailure, WorkflowID: s.ID, RunID: s.progress.RunID,
		}
		if info.TemporalUI != "" {
			oem.TemporalUI = info.TemporalUI + "/namespaces/" + info.TemporalNamespace + "/workflows/" + s.ID
		}
		return oem
	}
}
