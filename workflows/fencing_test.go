package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	fencingflow "github.com/projectbeskar/hawkfish/workflows/fencing"
	recoveryflow "github.com/projectbeskar/hawkfish/workflows/recovery"
)

// Nobody is fenced who may live: the fleet by itself asks the other hosts, and so does it when a person says that a host is dead.
func TestWhoIsFenced(t *testing.T) {
	const gone = time.Hour
	looks := []string{lookAt, probe}
	for _, tt := range []struct {
		name    string
		order   hawkfish.FenceOrder
		silent  time.Duration
		fenced  bool
		reaches hawkfish.Reaches
		want    []string
		state   schemas.TaskState
	}{
		{"suspected and dead", hawkfish.FenceOrder{Suspected: true}, gone, false, hawkfish.ReachesNo, append(looks, switchOff, declare, finish), schemas.TaskStateCompleted},
		{"suspected, but reached", hawkfish.FenceOrder{Suspected: true}, gone, false, hawkfish.ReachesYes, append(looks, finish), schemas.TaskStateException},
		{"suspected, and nobody knows", hawkfish.FenceOrder{Suspected: true}, gone, false, hawkfish.ReachesUnknown, append(looks, finish), schemas.TaskStateException},
		{"suspected, but it reports", hawkfish.FenceOrder{Suspected: true}, 0, false, hawkfish.ReachesNo, append(looks, finish), schemas.TaskStateException},
		{"confirmed, and nobody knows", hawkfish.FenceOrder{Confirmed: true}, gone, false, hawkfish.ReachesUnknown, append(looks, declare, finish), schemas.TaskStateCompleted},
		{"confirmed, but reached", hawkfish.FenceOrder{Confirmed: true}, gone, false, hawkfish.ReachesYes, append(looks, finish), schemas.TaskStateException},
		{"confirmed, and fenced before", hawkfish.FenceOrder{Confirmed: true}, 0, true, hawkfish.ReachesYes, []string{lookAt, declare, finish}, schemas.TaskStateCompleted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.silent, w.reaches, w.fenced = tt.silent, tt.reaches, tt.fenced
			tt.order.HostID = "h1"
			w.ExecuteWorkflow(fencingflow.Run, tt.order)
			if !slices.Equal(w.Ran, tt.want) || w.ending.Outcome.State != tt.state {
				t.Errorf("ran %v, ended %+v", w.Ran, w.ending.Outcome)
			}
		})
	}
}

// A system whose disk died with its host stays where it is, and says so.
func TestRecoverWithoutItsDisk(t *testing.T) {
	w := newWorld(t)
	w.diskless = true
	w.ExecuteWorkflow(recoveryflow.Run, hawkfish.Recovery{SystemID: "s1", From: "h1", Start: true})
	if want := []string{locate, reserve, hasDisk, release, finish}; !slices.Equal(w.Ran, want) {
		t.Errorf("ran %v", w.Ran)
	}
	if o := w.ending.Outcome; o.State != schemas.TaskStateException || o.Faults[0].Kind != hawkfish.Conflict {
		t.Errorf("ended %+v", o)
	}
}
