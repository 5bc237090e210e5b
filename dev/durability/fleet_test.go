package durability

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"golang.org/x/sync/errgroup"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/dev/guest"
	"github.com/projectbeskar/hawkfish/dev/stack"
)

const (
	systemsURI = "/redfish/v1/Systems"
	imagesURI  = "/redfish/v1/Oem/HawkFish/Images"
	tasksURI   = "/redfish/v1/TaskService/Tasks"
)

// fleet is a whole HawkFish, and a way to ask its hosts themselves.
type fleet struct {
	*stack.Stack
	hosts truth
	t     testing.TB
}

var everything = hawkfish.Scope{All: true}

// simulatedFleet has two hosts that pretend. The first is so full that all that tests make goes to the
// second, while images are imported on the first: a provisioned system needs its image fetched once more.
func simulatedFleet(t *testing.T) *fleet {
	t.Helper()
	s := stack.Start(t, stack.Options{SimulatedHosts: 2})
	f := &fleet{Stack: s, t: t, hosts: journals{filepath.Join(s.Dir, "simulated")}}
	f.must(f.post(systemsURI, map[string]any{"Name": "ballast", "MemoryMiB": 3_000_000, "Network": "none"}))
	f.importTiny("tiny")
	return f
}

// importTiny imports the tiny guest under a name, from a file of that name.
func (f *fleet) importTiny(name string) (file string) {
	f.t.Helper()
	image, err := guest.Write(f.Images())
	require.NoError(f.t, err)
	content, err := os.ReadFile(image)
	require.NoError(f.t, err)
	copy(content[len(content)-64:], name) // a digest of its own, or no host would fetch it
	file = filepath.Join(f.Images(), name+".img")
	require.NoError(f.t, os.WriteFile(file, content, 0o644))
	f.must(f.post(imagesURI, map[string]any{"Name": name, "Version": "1", "Format": "raw", "URL": "file://" + file}))
	return file
}

// must waits until a task that has been accepted is Completed.
func (f *fleet) must(t stack.Task, err error) {
	f.t.Helper()
	require.NoError(f.t, err)
	ended := f.AwaitTask(t.URI, within)
	require.Equal(f.t, "Completed", ended.TaskState, "%+v", ended)
}

// post sends a request that must be accepted as a task. It may be called from any goroutine.
func (f *fleet) post(path string, body any) (stack.Task, error) {
	return f.accepted(http.MethodPost, path, body)
}

func (f *fleet) accepted(method, path string, body any) (task stack.Task, err error) {
	answer, err := f.Do(f.t.Context(), method, path, body)
	if err != nil {
		return task, err
	}
	if answer.Status != http.StatusAccepted {
		return task, fmt.Errorf("%s %s: %w", method, path, &stack.UnexpectedStatus{Answer: answer})
	}
	return task, answer.Into(&task)
}

func (f *fleet) provision(name string) (stack.Task, error) { return f.provisionOf(name, "tiny:1", 32) }

func (f *fleet) provisionOf(name, image string, memoryMiB int) (stack.Task, error) {
	return f.post(systemsURI, map[string]any{"Name": name, "MemoryMiB": memoryMiB, "Image": image, "Network": "none"})
}

func (f *fleet) reset(name, kind string) (stack.Task, error) {
	return f.post(systemsURI+"/"+name+"/Actions/ComputerSystem.Reset", map[string]any{"ResetType": kind})
}

func (f *fleet) deletion(name string) (stack.Task, error) {
	return f.accepted(http.MethodDelete, systemsURI+"/"+name, nil)
}

// cancel asks a task to stop.
func (f *fleet) cancel(task stack.Task) error {
	_, err := f.accepted(http.MethodDelete, strings.TrimPrefix(task.URI, f.Base), nil)
	return err
}

// each does something for many at once.
func each[T any](all []T, do func(T) error) error {
	var g errgroup.Group
	g.SetLimit(16)
	for _, one := range all {
		g.Go(func() error { return do(one) })
	}
	return g.Wait()
}

// eventually waits until something is so; it says why it is not.
func (f *fleet) eventually(within time.Duration, look func(context.Context) error) {
	f.t.Helper()
	require.NoError(f.t, f.await(within, look))
}

// await is eventually for any goroutine.
func (f *fleet) await(within time.Duration, look func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(f.t.Context(), within)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var last error // that is not only of our own impatience
	for {
		err := look(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), last)
		case <-tick.C:
		}
	}
}

// workflowEnds says how the workflow of a task ends that ended so.
var workflowEnds = map[string]enums.WorkflowExecutionStatus{
	"Completed": enums.WORKFLOW_EXECUTION_STATUS_COMPLETED,
	"Exception": enums.WORKFLOW_EXECUTION_STATUS_FAILED,
	"Cancelled": enums.WORKFLOW_EXECUTION_STATUS_CANCELED,
}

// workflowEnded checks that the workflow of a task's ID ended as the task did. Its last step closes the task, so it ends later.
func (f *fleet) workflowEnded(task stack.Task) {
	f.t.Helper()
	f.eventually(within, func(ctx context.Context) error {
		d, err := f.Temporal.Client().DescribeWorkflowExecution(ctx, task.ID, "")
		if err != nil {
			return err
		}
		if got, want := d.GetWorkflowExecutionInfo().GetStatus(), workflowEnds[task.TaskState]; got != want {
			return fmt.Errorf("the task is %s, its workflow %v", task.TaskState, got)
		}
		return nil
	})
}

// events reads what has happened after an event, and returns the last one's number.
func (f *fleet) events(after int64) (all []hawkfish.Event, last int64) {
	f.t.Helper()
	for {
		page, err := f.Store.ReadEvents(f.t.Context(), after, 1000)
		require.NoError(f.t, err)
		if len(page) == 0 {
			return all, after
		}
		all, after = append(all, page...), page[len(page)-1].Sequence
	}
}
