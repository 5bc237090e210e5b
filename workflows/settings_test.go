package workflows_test

import (
	"slices"
	"testing"
	"time"

	steps "github.com/projectbeskar/hawkfish/activities/settings"
	"github.com/projectbeskar/hawkfish/internal/durable/durabletest"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/settings"
)

var (
	promote = steps.Promote.Name
	restart = steps.Restart.Name
	retract = steps.Retract.Name
)

// A maintenance window is kept to the second, and what no boot has brought about in it is taken back.
func TestMaintenanceWindow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		apply     schemas.ApplyTime
		pending   bool
		applied   bool
		cancelled time.Duration // after the beginning; 0: not
		want      []string
		state     schemas.TaskState
		lasts     time.Duration
	}{
		"at its start, a guest that runs": {apply: schemas.ApplyTimeAtMaintenanceWindowStart, pending: true,
			want: []string{promote, restart, finish}, state: schemas.TaskStateCompleted, lasts: time.Hour},
		"at its start, one that is off": {apply: schemas.ApplyTimeAtMaintenanceWindowStart,
			want: []string{promote, finish}, state: schemas.TaskStateCompleted, lasts: time.Hour},
		"in it, reset": {apply: schemas.ApplyTimeInMaintenanceWindowOnReset, pending: true, applied: true,
			want: []string{promote, retract, finish}, state: schemas.TaskStateCompleted, lasts: time.Hour + time.Minute},
		"in it, not reset": {apply: schemas.ApplyTimeInMaintenanceWindowOnReset, pending: true,
			want: []string{promote, retract, finish}, state: schemas.TaskStateException, lasts: time.Hour + time.Minute},
		"cancelled before": {apply: schemas.ApplyTimeInMaintenanceWindowOnReset, cancelled: time.Minute,
			want: []string{finish}, state: schemas.TaskStateCancelled, lasts: time.Minute},
		"cancelled in it": {apply: schemas.ApplyTimeInMaintenanceWindowOnReset, cancelled: time.Hour + time.Second,
			want: []string{promote, retract, finish}, state: schemas.TaskStateCancelled, lasts: time.Hour + time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			durabletest.Step(w.Run, steps.Promote, func(steps.Change) steps.Changed { return steps.Changed{Pending: tt.pending} })
			durabletest.Does(w.Run, steps.Restart)
			durabletest.Step(w.Run, steps.Retract, func(steps.Retraction) steps.Retracted { return steps.Retracted{Applied: tt.applied} })
			began := w.Now()
			if tt.cancelled != 0 {
				w.RegisterDelayedCallback(w.CancelWorkflow, tt.cancelled)
			}
			w.ExecuteWorkflow(settings.Run, settings.Change{
				SystemID: "s1", ApplyTime: tt.apply, Start: began.Add(time.Hour), Seconds: 60, Kept: map[string]any{"NumCores": 2},
			})
			if got := w.Ran; !slices.Equal(got, tt.want) || w.ending.Outcome.State != tt.state {
				t.Errorf("got %v, %s; want %v, %s", got, w.ending.Outcome.State, tt.want, tt.state)
			}
			if took := w.Now().Sub(began).Round(time.Second); took != tt.lasts {
				t.Errorf("it took %s, want %s", took, tt.lasts)
			}
		})
	}
}
