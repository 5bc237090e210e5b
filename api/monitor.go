package api

import (
	"context"
	"errors"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// taskMonitor answers 202 while a task goes on, and then what the operation
// itself would have answered (DSP0266, "Asynchronous operations"). Who may
// start operations may also cancel them here.
func taskMonitor(c *control.Control) redfish.Resource {
	find := findTask(c, "id")
	return redfish.Route(redfish.Endpoint{
		Name:      "TaskMonitor",
		Path:      "/redfish/v1/TaskService/TaskMonitors/{id}",
		Like:      "ComputerSystem",
		InProject: true,
		Get: func(ctx context.Context, req *redfish.Request) (redfish.Result, error) {
			s, err := find(ctx, req)
			switch {
			case err != nil:
				return redfish.Result{}, err
			case !s.Ended():
				return watched(s), nil
			}
			return ended(ctx, c, req, s.Task)
		},
		Await: func(ctx context.Context, req *redfish.Request) error {
			return c.AwaitTask(ctx, req.Scope(), req.Var("id"))
		},
		Delete: func(ctx context.Context, req *redfish.Request) (redfish.Result, error) {
			t, err := c.FindTask(ctx, req.Scope(), req.Var("id"))
			if err == nil && !req.Permitted().Sees(t.ProjectID) {
				err = &hawkfish.Error{Kind: hawkfish.Denied, Resource: "Task", ID: t.ID}
			}
			if err != nil {
				return redfish.Result{}, err
			}
			return cancelTask(ctx, c, req, t)
		},
	})
}

// ended answers what the task's operation would have answered, had it been quick.
func ended(ctx context.Context, c *control.Control, req *redfish.Request, t hawkfish.Task) (redfish.Result, error) {
	switch {
	case t.State == schemas.TaskStateCancelled:
		return redfish.Result{}, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Task", ID: t.ID, Message: "the task was cancelled"}
	case t.State == schemas.TaskStateException:
		return redfish.Result{}, final(t.Faults)
	case t.Operation == hawkfish.OpProvision:
		s, err := c.FindSystem(ctx, req.Scope(), t.Target.ID)
		return redfish.Created("ComputerSystem", s), err
	case t.Operation == hawkfish.OpBatch:
		b, err := findBatch(ctx, c, req, t.ID)
		return redfish.Created("Batch", b), err
	case t.Operation == hawkfish.OpImportImage:
		img, err := c.FindImage(ctx, req.Scope(), t.Target.ID)
		return redfish.Created("Image", img), err
	}
	return redfish.Done(), nil
}

// final returns the faults of a task that is over as the error they were. What did not answer then has made it
// fail for good: a client that is told to come back later (503) would do so for ever.
func final(faults []*hawkfish.Error) error {
	if len(faults) == 0 {
		return &hawkfish.Error{Kind: hawkfish.Internal}
	}
	errs := make([]error, len(faults))
	for i, fault := range faults {
		errs[i] = fault
		if fault.Kind == hawkfish.Unavailable {
			errs[i] = &hawkfish.Error{Kind: hawkfish.Internal, Resource: fault.Resource, ID: fault.ID}
		}
	}
	return errors.Join(errs...)
}
