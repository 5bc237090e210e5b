package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/provision"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// What cannot be taken back waits for a person, whatever the reason; what is not there need not be.
func TestUndoIsNotGivenUpInSilence(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault hawkfish.Kind // of taking the definition back
		waits bool
	}{
		{"refused", hawkfish.Conflict, true},
		{"out of reach", hawkfish.Unavailable, true},
		{"not there", hawkfish.NotFound, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			sick := true
			w.Fail = func(step string) error {
				switch {
				case step == start:
					return refusal
				case step == undefine && sick:
					return &hawkfish.Error{Kind: tt.fault, Resource: "ComputerSystem", ID: "s1"}
				}
				return nil
			}
			w.RegisterDelayedCallback(func() {
				if len(w.suspended) != 1 || w.suspended[0].Step != undefine || !w.suspended[0].Committed {
					t.Errorf("suspended %+v", w.suspended)
				}
				sick = false
				w.decide(task.Retry)
			}, 24*time.Hour)
			w.ExecuteWorkflow(provision.Run, guest)
			if waited := len(w.suspended) > 0; waited != tt.waits {
				t.Errorf("suspended %+v", w.suspended)
			}
			if o := w.ending.Outcome; o.State != schemas.TaskStateException || o.Faults[0].Message != refusal.Message {
				t.Errorf("ended %+v", o)
			}
			if want := []string{undefine, wipe, finish}; !slices.Equal(w.Ran[len(w.Ran)-3:], want) {
				t.Errorf("ran %v", w.Ran)
			}
		})
	}
}

// Who may decide sees whether cancelling is among the choices.
func TestSuspensionSaysWhetherItCanBeCancelled(t *testing.T) {
	w := newWorld(t)
	w.Fail = func(step string) error {
		if step == disk {
			return hawkfish.Down("storage", nil)
		}
		return nil
	}
	w.RegisterDelayedCallback(w.CancelWorkflow, 24*time.Hour)
	w.ExecuteWorkflow(provision.Run, guest)
	if len(w.suspended) != 1 || w.suspended[0].Committed || w.ending.Outcome.State != schemas.TaskStateCancelled {
		t.Errorf("suspended %+v, ended %+v", w.suspended, w.ending.Outcome)
	}
}
