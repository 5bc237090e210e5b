package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// batchState is the task of a batch, what it is to make, and how far it is.
type batchState struct {
	hawkfish.Task
	control.Batch
	tally hawkfish.Tally
}

// batchView is a batch as callers see it.
type batchView struct {
	ID             string            `json:"Id"`
	Name           string            `json:"Name"`
	Profile        string            `json:"Profile"`     // Id
	ProfileName    string            `json:"ProfileName"` // when the batch was asked for
	Count          int               `json:"Count"`
	NamePrefix     string            `json:"NamePrefix"`
	StartIndex     int               `json:"StartIndex"`
	ZeroPad        int               `json:"ZeroPad"`
	MaxConcurrency int               `json:"MaxConcurrency"`
	TaskState      schemas.TaskState `json:"TaskState"`
	Made           int               `json:"Made"`
	Failed         int               `json:"Failed"`
	Project        string            `json:"Project"`
	Task           *redfish.Link     `json:"Task"`
}

// newBatch is what it takes to make a batch.
type newBatch struct {
	Profile        string `json:"Profile" validate:"required,min=1,max=255"`
	Count          int    `json:"Count" validate:"required,min=1,max=1000"`
	NamePrefix     string `json:"NamePrefix" validate:"max=62"`
	StartIndex     *int   `json:"StartIndex" validate:"min=0,max=999999"`
	ZeroPad        int    `json:"ZeroPad" validate:"min=0,max=6"`
	MaxConcurrency int    `json:"MaxConcurrency" validate:"min=1,max=32"`
}

func batches(c *control.Control) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:      "#HawkFishBatchCollection.HawkFishBatchCollection",
		Name:      "BatchCollection",
		Title:     "Batches",
		Path:      "/redfish/v1/Oem/HawkFish/Batches",
		Like:      "BatchCollection",
		Of:        "Batch",
		InProject: true,
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			return c.BatchIDs(ctx, req.Scope(), page)
		},
		Create: redfish.Creates(func(ctx context.Context, req *redfish.Request, p newBatch) (redfish.Result, error) {
			return accepted(c.MakeBatch(ctx, asked(req), control.BatchRequest(p)))
		}),
	})
	batch := redfish.Define(redfish.Spec[batchView, batchState]{
		Type: "#HawkFishBatch.v1_0_0.HawkFishBatch",
		Name: "Batch",
		Path: "/redfish/v1/Oem/HawkFish/Batches/{id}",
		Like: "Batch",
		Load: func(ctx context.Context, req *redfish.Request) (batchState, error) {
			return findBatch(ctx, c, req, req.Var("id"))
		},
		Key:     func(s batchState) string { return s.ID },
		Project: func(s batchState) string { return s.ProjectID },
		Show:    showBatch,
	})
	return []redfish.Resource{collection, batch}
}

// findBatch loads a batch, which is a view of its task: it is cancelled there, and forgotten with it.
func findBatch(ctx context.Context, c *control.Control, req *redfish.Request, id string) (batchState, error) {
	t, err := c.FindBatch(ctx, req.Scope(), id)
	if err != nil {
		return batchState{}, err
	}
	b, err := control.BatchOf(t)
	if err != nil {
		return batchState{}, err
	}
	tally, err := c.TallySubTasks(ctx, id)
	return batchState{t, b, tally}, err
}

func showBatch(to redfish.Links, s batchState) batchView {
	return batchView{
		ID: s.ID, Name: s.Target.Name, Profile: s.ProfileID, ProfileName: s.ProfileName, Count: s.Parts,
		NamePrefix: s.NamePrefix, StartIndex: s.StartIndex, ZeroPad: s.ZeroPad, MaxConcurrency: s.MaxConcurrency,
		TaskState: s.State, Made: s.tally[schemas.TaskStateCompleted],
		Failed:  s.tally[schemas.TaskStateException] + s.tally[schemas.TaskStateCancelled],
		Project: s.ProjectID, Task: to.To("Task", s.ID),
	}
}
