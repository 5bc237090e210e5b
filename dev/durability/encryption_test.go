package durability

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	common "go.temporal.io/api/common/v1"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"google.golang.org/protobuf/proto"

	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
)

const codecKeys = "HAWKFISH_CODEC_KEYS"

// keys are keys of these ids; the first encrypts.
func keys(ids ...string) string {
	entries := make([]string, len(ids))
	for i, id := range ids {
		entries[i] = id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte(id[len(id)-1:]), 32))
	}
	return strings.Join(entries, ",")
}

// history returns the events of a task's workflow, as Temporal keeps them.
func (f *fleet) history(task string) (all []*history.HistoryEvent, err error) {
	events := f.Temporal.Client().GetWorkflowHistory(f.t.Context(), task, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, err
		}
		all = append(all, event)
	}
	return all, nil
}

// keysOf counts the payloads of a history by the key that encrypted them; "": none did. Search attributes, by which
// Temporal finds workflows, are never encrypted, and hold no secret.
func (f *fleet) keysOf(events []*history.HistoryEvent) map[string]int {
	f.t.Helper()
	seen := map[string]int{}
	for _, event := range events {
		err := proxy.VisitPayloads(f.t.Context(), event, proxy.VisitPayloadsOptions{
			SkipSearchAttributes: true,
			Visitor: func(_ *proxy.VisitPayloadsContext, payloads []*common.Payload) ([]*common.Payload, error) {
				for _, p := range payloads {
					if len(p.GetData()) > 0 { // nothing at all is encoded as nothing
						seen[string(p.GetMetadata()["encryption-key-id"])]++
					}
				}
				return payloads, nil
			},
		})
		require.NoError(f.t, err)
	}
	return seen
}

// With keys, nothing that Temporal keeps of the work can be read, the failures of steps included; a task goes on while keys
// are rotated, and waits for a worker that has its key.
func TestHistoriesAreEncrypted(t *testing.T) {
	t.Parallel()
	// Without hold points, which would leave their mark in the histories.
	s := stack.Start(t, stack.Options{SimulatedHosts: 1, Env: map[string]string{codecKeys: keys("k1"), hold.EnvDir: ""}})
	f := &fleet{Stack: s, t: t, hosts: journals{filepath.Join(s.Dir, "simulated")}}
	file := f.importTiny("tiny")
	imported := f.lastTask()
	f.must(f.provision("demo"))
	made := f.lastTask()
	missing, err := f.post(imagesURI, map[string]any{"Name": "gone", "Version": "1", "Format": "raw", "URL": "file://" + file + ".gone"})
	require.NoError(t, err)
	require.Equal(t, "Exception", f.AwaitTask(missing.URI, within).TaskState)
	for _, task := range []string{imported, made, missing.ID} {
		events, err := f.history(task)
		require.NoError(t, err)
		assert.Equal(t, []string{"k1"}, ids(f.keysOf(events)), task)
		for _, event := range events {
			wire, err := proto.Marshal(event)
			require.NoError(t, err)
			for _, secret := range []string{file, "tiny:1", "the file does not exist"} {
				assert.NotContains(t, string(wire), secret, event.GetEventType().String())
			}
		}
	}
	f.rotate()
}

func ids(seen map[string]int) (all []string) {
	for id := range seen {
		all = append(all, id)
	}
	return all
}

// rotate has a task wait for its host while the keys change, first to some that leave it without its own.
func (f *fleet) rotate() {
	f.t.Helper()
	f.Kill(stack.Simulated)
	task, err := f.reset("demo", "PowerCycle")
	require.NoError(f.t, err)
	f.eventually(within, func(context.Context) error { return f.scheduled(task.ID, "power.Observe") })

	f.SetEnv(codecKeys, keys("k2"), stack.Worker)
	f.Restart(stack.Worker)
	f.Start(stack.Simulated)
	f.eventually(within, func(context.Context) error {
		said, err := os.ReadFile(filepath.Join(f.Dir, "logs", stack.Worker+".log"))
		if err == nil && !strings.Contains(string(said), `encrypted with the key \"k1\", which is not configured here: there is k2`) {
			err = errors.New("the worker does not say which key it lacks")
		}
		return err
	})
	waits := f.Fetch(strings.TrimPrefix(task.URI, f.Base))
	var now stack.Task
	require.NoError(f.t, waits.Into(&now))
	assert.Equal(f.t, "Running", now.TaskState, "%s", waits)

	f.SetEnv(codecKeys, keys("k2", "k1"))
	for _, process := range []string{stack.Worker, stack.API, stack.Simulated} {
		f.Restart(process)
	}
	f.WaitHosts()
	f.must(task, nil)
	events, err := f.history(task.ID)
	require.NoError(f.t, err)
	seen := f.keysOf(events)
	assert.Positive(f.t, seen["k1"])
	assert.Positive(f.t, seen["k2"])
	assert.Len(f.t, seen, 2, "%v", seen)
}

// scheduled says why a step of a task is not under way.
func (f *fleet) scheduled(task, step string) error {
	events, err := f.history(task)
	for _, event := range events {
		if event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == step {
			return nil
		}
	}
	return errors.Join(err, errors.New(step+" has not been asked for"))
}
