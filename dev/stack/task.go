package stack

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// Task is what tests look at in a Redfish Task.
type Task struct {
	URI             string `json:"@odata.id"`
	ID              string `json:"Id"`
	TaskState       string
	TaskStatus      string
	PercentComplete int
	Messages        []struct {
		MessageID   string `json:"MessageId"`
		Message     string
		MessageArgs []string
	}
	Payload json.RawMessage
	Oem     json.RawMessage
}

// ended are the states a task does not leave (DSP2046, Task.TaskState).
var ended = []string{"Completed", "Exception", "Killed", "Cancelled"}

// Ended reports whether the task is over.
func (t Task) Ended() bool { return slices.Contains(ended, t.TaskState) }

// Accepted decodes the task in the answer to a request, which must be a 202.
func (c *Client) Accepted(a Answer) Task {
	c.t.Helper()
	require.Equal(c.t, http.StatusAccepted, a.Status, "%s", a.Body)
	require.NotEmpty(c.t, a.Header.Get("Location"))
	var task Task
	require.NoError(c.t, a.Into(&task))
	return task
}

// FindTask reads a task. An API or database that does not answer is an error.
func (c *Client) FindTask(ctx context.Context, uri string) (task Task, err error) {
	answer, err := c.Do(ctx, http.MethodGet, uri, nil)
	if err != nil {
		return task, err
	}
	if answer.Status != http.StatusOK {
		return task, &UnexpectedStatus{answer}
	}
	return task, answer.Into(&task)
}

// UnexpectedStatus is an answer that a helper cannot go on with.
type UnexpectedStatus struct{ Answer }

func (e *UnexpectedStatus) Error() string { return "unexpected answer: " + e.String() }

// AwaitTask polls a task until it has ended. That the API is down for a while is no failure.
func (c *Client) AwaitTask(uri string, within time.Duration) Task {
	c.t.Helper()
	return c.AwaitTaskUntil(uri, within, "has ended", Task.Ended)
}

// AwaitTaskUntil polls a task until it is as wanted.
func (c *Client) AwaitTaskUntil(uri string, within time.Duration, what string, wanted func(Task) bool) (task Task) {
	c.t.Helper()
	uri = strings.TrimPrefix(uri, c.Base)
	ctx, cancel := context.WithTimeout(c.t.Context(), within)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var last error
	for {
		now, err := c.FindTask(ctx, uri)
		if err == nil {
			if task = now; wanted(task) {
				return task
			}
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			c.t.Fatalf("task %s not %s within %v; last seen %+v, last error %v", uri, what, within, task, last)
		case <-tick.C:
		}
	}
}

// Complete is Accepted, then AwaitTask; the task must be Completed.
func (c *Client) Complete(a Answer, within time.Duration) Task {
	c.t.Helper()
	task := c.AwaitTask(c.Accepted(a).URI, within)
	require.Equal(c.t, "Completed", task.TaskState, "%+v", task)
	return task
}
