package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	mediaflow "github.com/projectbeskar/hawkfish/workflows/media"
)

// withMedia is a system that has a stick in one drive.
func withMedia(url string) *hawkfish.Guest {
	return &hawkfish.Guest{ID: "s1", Machine: hawkfish.Machine{}.WithMedium(hawkfish.SlotUsb, &hawkfish.Medium{ID: "m1", URL: url})}
}

// What is inserted already is no failure when it is the same; another image has to be ejected first.
func TestOneImageDoesNotPushOutAnother(t *testing.T) {
	for url, state := range map[string]schemas.TaskState{"https://x/stick": schemas.TaskStateCompleted, "https://x/other": schemas.TaskStateException} {
		w := newWorld(t)
		w.ExecuteWorkflow(mediaflow.RunInsert, hawkfish.Insertion{SystemID: "s1", Slot: hawkfish.SlotUsb, URL: url})
		if o := w.ending.Outcome; o.State != state || state == schemas.TaskStateException && o.Faults[0].Kind != hawkfish.Conflict {
			t.Errorf("%s: %+v", url, o)
		}
	}
}

// The drive gets the image, and after a failure what it had before.
func TestAFailedInsertionGivesTheDriveBackWhatItHad(t *testing.T) {
	w := newWorld(t)
	fails := true
	w.Fail = func(step string) error {
		if step == configure && fails {
			fails = false
			return refusal
		}
		return nil
	}
	w.ExecuteWorkflow(mediaflow.RunInsert, insertion)
	if len(w.configured) != 1 || w.configured[0].Machine.Media[hawkfish.SlotCd].Medium != nil {
		t.Errorf("configured %+v", w.configured)
	}
	w = newWorld(t)
	w.ExecuteWorkflow(mediaflow.RunInsert, insertion)
	got := w.configured[0].Machine
	if m := got.Media[hawkfish.SlotCd].Medium; m == nil || m.URL != insertion.URL || m.SHA256 != "d" || m.ID == "" || !got.Media[hawkfish.SlotUsb].Inserted() {
		t.Errorf("configured %+v", got)
	}
	if w.ending.Image == nil || w.ending.Image.SHA256 != "d" {
		t.Errorf("the task learned %+v", w.ending.Image)
	}
}

// A source that does not answer fails the task: nobody is asked, and what stands behind it goes on.
func TestASourceThatDoesNotAnswerKeepsNobodyWaiting(t *testing.T) {
	w := newWorld(t)
	w.Fail = func(step string) error {
		if step == load {
			return &hawkfish.Error{Kind: hawkfish.Unavailable, Property: "/URL", Message: "the server does not answer"}
		}
		return nil
	}
	w.RegisterDelayedCallback(func() { t.Error("the task still waits") }, time.Hour)
	w.ExecuteWorkflow(mediaflow.RunInsert, insertion)
	o := w.ending.Outcome
	if len(w.suspended) > 0 || o.State != schemas.TaskStateException || o.Faults[0].Kind != hawkfish.Invalid || o.Faults[0].Property != "/Image" {
		t.Errorf("%+v, suspended %v", o, w.suspended)
	}
}

// A cancelled insertion leaves the drive as it was.
func TestACancelledInsertionIsUndone(t *testing.T) {
	for at, want := range map[string][]string{load: {locate, load, finish}, configure: {locate, load, configure, configure, finish}} {
		w := newWorld(t)
		done := false
		w.After = func(step string, _ int) {
			if step == at && !done {
				done = true
				w.CancelWorkflow()
			}
		}
		w.ExecuteWorkflow(mediaflow.RunInsert, insertion)
		if w.ending.Outcome.State != schemas.TaskStateCancelled || !slices.Equal(w.Ran, want) {
			t.Errorf("cancelled at %s: %+v; ran %v", at, w.ending.Outcome, w.Ran)
		}
	}
}
