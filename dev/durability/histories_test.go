package durability

import (
	"context"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	activitypb "go.temporal.io/api/activity/v1"
	common "go.temporal.io/api/common/v1"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Histories are recorded by: go test ./durability -run TestHistories -record
var recording = flag.Bool("record", false, "write the histories that workflows/replay_test.go replays")

const historiesDir = "../../workflows/testdata/histories"

// A life of a system, as its workflows' histories tell it; one step of it is given up on, and tried again by a person.
func TestHistories(t *testing.T) {
	t.Parallel()
	// Without hold points, which would leave their mark in the histories.
	s := stack.Start(t, stack.Options{SimulatedHosts: 2, Env: map[string]string{hold.EnvDir: "", "HAWKFISH_SIMULATED_FOREIGN": "1"}})
	f := &fleet{Stack: s, t: t, hosts: journals{filepath.Join(s.Dir, "simulated")}}

	f.importTiny("tiny")
	f.keep("image-import", f.lastTask())
	f.must(f.provision("demo"))
	f.keep("provision", f.lastTask())
	for _, kind := range []string{"PowerCycle", "ForceRestart", "GracefulRestart"} {
		f.must(f.reset("demo", kind))
		f.keep("reset-"+strings.ToLower(kind), f.lastTask())
	}
	f.changes()
	f.suspended()
	f.keep("reset-suspended-and-retried", f.lastTask())
	f.must(f.post(systemsURI+"/demo/Actions/Oem/HawkFishComputerSystem.Migrate", struct{}{}))
	f.keep("migrate", f.lastTask())
	f.disc()
	f.must(f.insertion("demo"))
	f.keep("media-insert", f.lastTask())
	f.must(f.ejection("demo"))
	f.keep("media-eject", f.lastTask())
	f.must(f.deletion("demo"))
	f.keep("delete", f.lastTask())
	refused, err := f.provisionOf("oversize", "tiny:1", 16<<20)
	require.NoError(t, err)
	require.Equal(t, "Exception", f.AwaitTask(refused.URI, within).TaskState)
	f.keep("provision-refused", f.lastTask())
	f.tinyProfile()
	whole := f.batch("whole", 3, 2)
	f.must(whole, nil)
	f.keep("batch", whole.ID)
	part := f.batch("part", 50, 2)
	f.AwaitTaskUntil(part.URI, within, "has made some", func(now stack.Task) bool { return now.PercentComplete > 2 })
	require.NoError(t, f.cancel(part))
	require.Equal(t, "Cancelled", f.AwaitTask(part.URI, within).TaskState)
	f.keep("batch-cancelled", part.ID)
	for _, one := range slices.Concat(f.partsOf(whole), f.partsOf(part)) { // the image is theirs
		if one.State == "Completed" {
			f.must(f.deletion(one.Target.Name))
		}
	}
	many, err := f.post(scanURI+"/Actions/HawkFishImportScan.Adopt", map[string]any{"Domains": []any{map[string]any{"Domain": "sim1-old1"}}})
	f.must(many, err)
	f.keep("adopt-many", many.ID)
	only := f.partsOf(many)[0].ID
	f.keepOf("adopt", many.ID+"/SubTasks/"+only, only)
	f.must(f.deletion("sim1-old1"))
	f.keep("release", f.lastTask())
	f.must(f.accepted(http.MethodDelete, imagesURI+"/tiny:1", nil))
	f.keep("image-delete", f.lastTask())
}

// changes are those of what the system is to be: at once, and in maintenance windows, one that is missed and one that is not.
func (f *fleet) changes() {
	f.t.Helper()
	done := func(name string, task stack.Task, err error, ends string) {
		f.t.Helper()
		require.NoError(f.t, err)
		require.Equal(f.t, ends, f.AwaitTask(task.URI, within).TaskState, name)
		f.idle()
		f.keep(name, task.ID)
	}
	grown, err := changing("", oem(map[string]any{"CPU": 2}))(f, "demo")
	done("configure", grown, err, "Completed")
	restarted, err := windowing(schemas.ApplyTimeAtMaintenanceWindowStart, 0, "Reset")(f, "demo")
	done("settings-at-start", restarted, err, "Completed")
	missed, err := windowing(schemas.ApplyTimeInMaintenanceWindowOnReset, 1, "PowerOff")(f, "demo")
	done("settings-missed", missed, err, "Exception")
	used, err := windowing(schemas.ApplyTimeInMaintenanceWindowOnReset, 8, "PowerOff")(f, "demo")
	require.NoError(f.t, err)
	f.eventually(within, func(ctx context.Context) error {
		s, err := f.Store.FindSystem(ctx, everything, "demo")
		if err == nil && hawkfish.BiosOf(s)["Watchdog"] != "PowerOff" {
			err = errors.New("the window has not begun")
		}
		return err
	})
	f.must(f.reset("demo", "ForceRestart"))
	done("settings-on-reset", used, nil, "Completed")
}

// suspended lets a step run out of time, as it does when a host has been away for a quarter of an hour, and has a person try it again.
func (f *fleet) suspended() {
	f.t.Helper()
	f.Kill(stack.Simulated)
	task, err := f.reset("demo", "PowerCycle")
	require.NoError(f.t, err)
	f.eventually(within, func(ctx context.Context) error {
		_, err := f.Temporal.Client().WorkflowService().UpdateActivityOptions(ctx, &workflowservice.UpdateActivityOptionsRequest{
			Namespace: "hawkfish", Execution: &common.WorkflowExecution{WorkflowId: task.ID},
			Activity:        &workflowservice.UpdateActivityOptionsRequest_Type{Type: "power.Observe"},
			ActivityOptions: &activitypb.ActivityOptions{ScheduleToCloseTimeout: durationpb.New(time.Second)},
			UpdateMask:      &fieldmaskpb.FieldMask{Paths: []string{"schedule_to_close_timeout"}},
		})
		return err
	})
	waits := f.AwaitTaskUntil(task.URI, within, "is suspended", func(now stack.Task) bool { return now.TaskState == "Suspended" })
	assert.NotEmpty(f.t, waits.Messages, "why")
	uri := strings.TrimPrefix(task.URI, f.Base)
	skipped := f.Post(uri+"/Actions/Oem/HawkFishTask.Resume", map[string]any{})
	assert.Equal(f.t, http.StatusConflict, skipped.Status, "the next steps need this one's answer: %s", skipped)
	f.Start(stack.Simulated)
	retried := f.Post(uri+"/Actions/Oem/HawkFishTask.Retry", map[string]any{})
	require.Equal(f.t, http.StatusOK, retried.Status, "%s", retried)
	f.must(task, nil)
}

// lastTask is the ID of the task that was accepted last.
func (f *fleet) lastTask() string {
	f.t.Helper()
	var list struct {
		Members []struct {
			URI string `json:"@odata.id"`
		}
	}
	require.NoError(f.t, f.Fetch(tasksURI).Into(&list))
	require.NotEmpty(f.t, list.Members)
	return filepath.Base(list.Members[0].URI)
}

// keep checks that a task's workflow has ended, and writes its history when that is wanted.
func (f *fleet) keep(name, task string) { f.t.Helper(); f.keepOf(name, task, task) }

// keepOf is keep for a task that lies elsewhere below the tasks.
func (f *fleet) keepOf(name, at, task string) {
	f.t.Helper()
	ended := f.AwaitTask(tasksURI+"/"+at, within)
	f.workflowEnded(ended)
	if !*recording {
		return
	}
	var h history.History
	events := f.Temporal.Client().GetWorkflowHistory(f.t.Context(), task, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(f.t, err)
		h.Events = append(h.Events, event)
	}
	text, err := temporalproto.CustomJSONMarshalOptions{Indent: "  "}.Marshal(&h)
	require.NoError(f.t, err)
	require.NoError(f.t, os.MkdirAll(historiesDir, 0o755))
	require.NoError(f.t, os.WriteFile(filepath.Join(historiesDir, name+".json"), append(text, '\n'), 0o644))
}
