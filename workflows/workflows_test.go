package workflows_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/adoption"
	"github.com/projectbeskar/hawkfish/activities/images"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/schemas"
	adoptionflow "github.com/projectbeskar/hawkfish/workflows/adoption"
	"github.com/projectbeskar/hawkfish/workflows/deletion"
	fencingflow "github.com/projectbeskar/hawkfish/workflows/fencing"
	imageflows "github.com/projectbeskar/hawkfish/workflows/images"
	mediaflow "github.com/projectbeskar/hawkfish/workflows/media"
	migrationflow "github.com/projectbeskar/hawkfish/workflows/migration"
	powerflow "github.com/projectbeskar/hawkfish/workflows/power"
	"github.com/projectbeskar/hawkfish/workflows/provision"
	recoveryflow "github.com/projectbeskar/hawkfish/workflows/recovery"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Every workflow, abandoned at every step, takes back exactly what it had begun.
func TestEveryStepCanFail(t *testing.T) {
	for _, tt := range []struct {
		name string
		run  any
		in   any
		want map[string][]string // failing step ("" for none) to the steps that ran
	}{
		{"provision", provision.Run, guest, map[string][]string{
			"":     {place, fetch, disk, define, start, finish},
			place:  {place, finish},
			fetch:  {place, fetch, finish},
			disk:   {place, fetch, disk, wipe, finish},
			define: {place, fetch, disk, define, undefine, wipe, finish},
			start:  {place, fetch, disk, define, start, stop, undefine, wipe, finish},
		}},
		{"provision without an image", provision.Run, hawkfish.Guest{ID: "s1"}, map[string][]string{
			"": {place, disk, define, start, finish},
		}},
		{"power cycle", powerflow.Run, powerflow.Reset{SystemID: "s1", Type: schemas.ResetTypePowerCycle}, map[string][]string{
			"":      {locate, observe, stop, start, finish},
			locate:  {locate, finish},
			observe: {locate, observe, finish},
			stop:    {locate, observe, stop, finish},
			start:   {locate, observe, stop, start, finish},
		}},
		{"delete", deletion.Run, deletion.System{ID: "s1"}, map[string][]string{
			"":       {locate, stop, undefine, wipe, finish},
			locate:   {locate, finish},
			stop:     {locate, stop, finish},
			undefine: {locate, stop, undefine, finish},
			wipe:     {locate, stop, undefine, wipe, finish},
		}},
		{"adopt", adoptionflow.RunAdopt, hawkfish.Adoption{HostID: "h1", Seen: hawkfish.Foreign{ID: "s1"}}, map[string][]string{
			"":                  {adoption.Adopt.Name, finish},
			adoption.Adopt.Name: {adoption.Adopt.Name, adoption.Release.Name, finish},
		}},
		{"release", adoptionflow.RunRelease, hawkfish.Release{SystemID: "s1"}, map[string][]string{
			"":                    {locate, adoption.Release.Name, finish},
			locate:                {locate, finish},
			adoption.Release.Name: {locate, adoption.Release.Name, finish},
		}},
		{"import", imageflows.RunImport, hawkfish.ImageSource{URL: "file:///x"}, map[string][]string{
			"":    {placement.Reachable.Name, fetch, finish},
			fetch: {placement.Reachable.Name, fetch, finish},
		}},
		{"insert media", mediaflow.RunInsert, insertion, map[string][]string{
			"":     {locate, load, configure, finish},
			locate: {locate, finish},
			load:   {locate, load, finish},
		}},
		{"eject media", mediaflow.RunEject, hawkfish.Ejection{SystemID: "s1", Slot: hawkfish.SlotUsb}, map[string][]string{
			"": {locate, configure, finish},
		}},
		{"eject nothing", mediaflow.RunEject, hawkfish.Ejection{SystemID: "s1", Slot: hawkfish.SlotCd}, map[string][]string{
			"": {locate, finish},
		}},
		{"recover", recoveryflow.Run, hawkfish.Recovery{SystemID: "s1", From: "h1", Start: true}, map[string][]string{
			"":      {locate, reserve, hasDisk, load, move, define, start, finish},
			locate:  {locate, finish},
			reserve: {locate, reserve, release, finish},
			hasDisk: {locate, reserve, hasDisk, release, finish},
			move:    {locate, reserve, hasDisk, load, move, release, finish},
			define:  {locate, reserve, hasDisk, load, move, define, finish},
			start:   {locate, reserve, hasDisk, load, move, define, start, finish},
		}},
		{"recover what was off", recoveryflow.Run, hawkfish.Recovery{SystemID: "s1", From: "h1"}, map[string][]string{
			"": {locate, reserve, hasDisk, load, move, define, finish},
		}},
		{"recover what is elsewhere", recoveryflow.Run, hawkfish.Recovery{SystemID: "s1", From: "h0"}, map[string][]string{
			"": {locate, finish},
		}},
		{"migrate", migrationflow.Run, hawkfish.MigrationOrder{SystemID: "s1"}, map[string][]string{
			"":        slices.Concat(boards, []string{begin, send, standing, standing, commit, settle, note, forget, finish}),
			locate:    {locate, finish},
			observe:   {locate, observe, finish},
			offer:     {locate, observe, offer, reserve, abort, release, finish},
			reserve:   {locate, observe, offer, reserve, abort, release, finish},
			prepareAt: slices.Concat(boards, []string{abort, cleanUp, release, finish}),
			begin:     slices.Concat(boards, []string{begin, abort, cleanUp, release, finish}),
			commit:    slices.Concat(boards, []string{begin, send, standing, standing, commit, finish}),
			settle:    slices.Concat(boards, []string{begin, send, standing, standing, commit, settle, finish}),
			note:      slices.Concat(boards, []string{begin, send, standing, standing, commit, settle, note, finish}),
		}},
		{"migrate what is elsewhere", migrationflow.Run, hawkfish.MigrationOrder{SystemID: "s1", From: "h0"}, map[string][]string{"": {locate, finish}}},
		{"migrate to where it is", migrationflow.Run, hawkfish.MigrationOrder{SystemID: "s1", To: "h1"}, map[string][]string{"": {locate, finish}}},
		{"migrate cold", migrationflow.Run, hawkfish.MigrationOrder{SystemID: "s1", MigrationPlan: hawkfish.MigrationPlan{Mode: hawkfish.MigrateCold}}, map[string][]string{
			"":       slices.Concat(boards, []string{begin, shutdown, send, standing, standing, commit, settle, note, start, forget, finish}),
			shutdown: slices.Concat(boards, []string{begin, shutdown, abort, cleanUp, start, release, finish}),
			start:    slices.Concat(boards, []string{begin, shutdown, send, standing, standing, commit, settle, note, start, finish}),
		}},
		{"fence", fencingflow.Run, hawkfish.FenceOrder{HostID: "h1"}, map[string][]string{
			"":        {switchOff, declare, finish},
			switchOff: {switchOff, finish},
			declare:   {switchOff, declare, finish},
		}},
		{"delete image", imageflows.RunDelete, imageflows.Removal{SHA256: "d"}, map[string][]string{
			"": {placement.Reachable.Name, images.Drop.Name, images.Drop.Name, finish},
		}},
	} {
		for failing, want := range tt.want {
			t.Run(tt.name+" failing at "+failing, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.Fail = func(step string) error {
					if step == failing {
						return refusal
					}
					return nil
				}
				w.ExecuteWorkflow(tt.run, tt.in)
				if !w.IsWorkflowCompleted() {
					t.Fatal("the workflow did not end")
				}
				if !slices.Equal(w.Ran, want) {
					t.Errorf("ran  %v\nwant %v", w.Ran, want)
				}
				if failing == "" {
					if w.ending.Outcome.State != schemas.TaskStateCompleted || w.GetWorkflowError() != nil {
						t.Errorf("ended %+v, %v", w.ending.Outcome, w.GetWorkflowError())
					}
					return
				}
				o := w.ending.Outcome
				if o.State != schemas.TaskStateException || len(o.Faults) != 1 || o.Faults[0].Kind != refusal.Kind || o.Faults[0].Message != refusal.Message || o.Faults[0].ID != "s1" {
					t.Errorf("the task's faults are not the step's: %+v", o)
				}
			})
		}
	}
}

// Each reset does to a guest what the state table says, and no more.
func TestResetsFollowTheStateTable(t *testing.T) {
	names := map[hawkfish.PowerStep]string{
		hawkfish.StepStart: start, hawkfish.StepStop: stop, hawkfish.StepButton: power.Shutdown.Name,
		hawkfish.StepReset: power.Reset.Name, hawkfish.StepNMI: power.NMI.Name,
		hawkfish.StepPause: power.Pause.Name, hawkfish.StepResume: power.Resume.Name, hawkfish.StepSuspend: power.Suspend.Name,
	}
	for _, reset := range hawkfish.ResetTypes() {
		for _, now := range []schemas.PowerState{schemas.PowerStateOff, schemas.PowerStateOn, schemas.PowerStatePaused} {
			w := newWorld(t)
			w.power = now
			w.ExecuteWorkflow(powerflow.Run, powerflow.Reset{SystemID: "s1", Type: reset})
			want := []string{locate, observe}
			state := schemas.TaskStateCompleted
			for _, s := range hawkfish.PowerSteps(reset, now) {
				if s == hawkfish.StepRefuse {
					state = schemas.TaskStateException
					break
				}
				want = append(want, names[s])
			}
			if want = append(want, finish); !slices.Equal(w.Ran, want) || w.ending.Outcome.State != state {
				t.Errorf("%s from %s: ran %v, want %v; %s", reset, now, w.Ran, want, w.ending.Outcome.State)
			}
		}
	}
}

// A guest that ignores its button is switched off only where that was asked for.
func TestAGuestThatIgnoresItsButton(t *testing.T) {
	for _, tt := range []struct {
		force bool
		want  []string
		state schemas.TaskState
	}{
		{false, []string{locate, observe, power.Shutdown.Name, finish}, schemas.TaskStateException},
		{true, []string{locate, observe, power.Shutdown.Name, stop, start, finish}, schemas.TaskStateCompleted},
	} {
		w := newWorld(t)
		w.Fail = func(step string) error {
			if step == power.Shutdown.Name {
				return &hawkfish.Error{Kind: hawkfish.TimedOut, Resource: "ComputerSystem", ID: "s1"}
			}
			return nil
		}
		w.ExecuteWorkflow(powerflow.Run, powerflow.Reset{SystemID: "s1", Type: schemas.ResetTypeGracefulRestart, GraceSeconds: 5, Force: tt.force})
		if !slices.Equal(w.Ran, tt.want) || w.ending.Outcome.State != tt.state {
			t.Errorf("force %t: ran %v, want %v; %s", tt.force, w.Ran, tt.want, w.ending.Outcome.State)
		}
	}
}

// What is believed to be known spares a trip to the host, and does no harm when it is wrong.
func TestResetsOfOneStepDoNotAskFirst(t *testing.T) {
	off, on, paused := schemas.PowerStateOff, schemas.PowerStateOn, schemas.PowerStatePaused
	for _, tt := range []struct {
		reset      schemas.ResetType
		known, now schemas.PowerState
		want       []string
	}{
		{schemas.ResetTypeOn, off, off, []string{locate, start, finish}},
		{schemas.ResetTypeOn, off, on, []string{locate, start, observe, finish}},
		{schemas.ResetTypeOn, on, off, []string{locate, observe, start, finish}},
		{schemas.ResetTypeForceOff, on, on, []string{locate, stop, finish}},
		{schemas.ResetTypeForceOff, on, off, []string{locate, stop, observe, stop, finish}},
		{schemas.ResetTypeForceOff, off, off, []string{locate, stop, finish}},
		{schemas.ResetTypeOn, paused, paused, []string{locate, power.Resume.Name, finish}},
		{schemas.ResetTypeGracefulShutdown, paused, paused, []string{locate, observe, power.Resume.Name, power.Shutdown.Name, finish}},
		{schemas.ResetTypeForceRestart, on, on, []string{locate, power.Reset.Name, finish}},
		{schemas.ResetTypeForceRestart, on, off, []string{locate, power.Reset.Name, observe, start, finish}},
		{schemas.ResetTypeForceRestart, off, off, []string{locate, observe, start, finish}},
		{schemas.ResetTypePowerCycle, on, on, []string{locate, observe, stop, start, finish}},
	} {
		w := newWorld(t)
		w.power, w.known = tt.now, tt.known
		w.ExecuteWorkflow(powerflow.Run, powerflow.Reset{SystemID: "s1", Type: tt.reset})
		if !slices.Equal(w.Ran, tt.want) || w.ending.Outcome.State != schemas.TaskStateCompleted {
			t.Errorf("%s of one known to be %s that is %s: ran %v, want %v; %+v", tt.reset, tt.known, tt.now, w.Ran, tt.want, w.ending.Outcome)
		}
	}
}

// A step that may yet succeed waits for a person, who decides.
func TestStuckStepWaitsForADecision(t *testing.T) {
	for _, tt := range []struct {
		decision task.Decision
		heals    bool
		state    schemas.TaskState
		undone   bool
	}{
		{task.Retry, true, schemas.TaskStateCompleted, false},
		{task.Resume, false, schemas.TaskStateCompleted, false},
		{task.Abort, false, schemas.TaskStateException, true},
	} {
		t.Run(string(tt.decision), func(t *testing.T) {
			w := newWorld(t)
			sick := true
			w.Fail = func(step string) error {
				if step == disk && sick {
					return hawkfish.Down("storage", errors.New("stale file handle"))
				}
				return nil
			}
			w.RegisterDelayedCallback(func() {
				sick = !tt.heals
				if len(w.suspended) != 1 || w.suspended[0].Step != disk || w.suspended[0].Faults[0].Kind != hawkfish.Unavailable {
					t.Errorf("suspended %+v", w.suspended)
				}
				w.decide(tt.decision)
			}, 24*time.Hour)
			w.ExecuteWorkflow(provision.Run, guest)
			if w.ending.Outcome.State != tt.state || slices.Contains(w.Ran, wipe) != tt.undone {
				t.Errorf("ended %+v; ran %v", w.ending.Outcome, w.Ran)
			}
		})
	}
}

func TestDecisionsThatMakeNoSenseAreRefused(t *testing.T) {
	w := newWorld(t)
	w.Fail = func(step string) error {
		if step == observe {
			return hawkfish.Down("libvirt", nil)
		}
		return nil
	}
	var early, skip, abort *verdict
	w.RegisterDelayedCallback(func() { early = w.decide(task.Retry) }, time.Second)
	w.RegisterDelayedCallback(func() { skip = w.decide(task.Resume) }, 24*time.Hour)
	w.RegisterDelayedCallback(func() { abort = w.decide(task.Abort) }, 25*time.Hour)
	w.ExecuteWorkflow(powerflow.Run, powerflow.Reset{SystemID: "s1", Type: schemas.ResetTypeForceOff})
	if early.refused == nil {
		t.Error("a running task took a decision")
	}
	if skip.refused == nil {
		t.Error("a step whose answer is needed was skipped")
	}
	if !abort.taken || w.ending.Outcome.State != schemas.TaskStateException {
		t.Errorf("abort: %+v, %+v", abort, w.ending.Outcome)
	}
}

// A cancelled task undoes what it has done, except past its point of no return.
func TestCancel(t *testing.T) {
	for _, tt := range []struct {
		name     string
		run, in  any
		cancelAt string
		state    schemas.TaskState
		last     []string
	}{
		{"provision", provision.Run, guest, define, schemas.TaskStateCancelled, []string{undefine, wipe, finish}},
		{"adopt", adoptionflow.RunAdopt, hawkfish.Adoption{HostID: "h1", Seen: hawkfish.Foreign{ID: "s1"}}, adoption.Adopt.Name, schemas.TaskStateCancelled, []string{adoption.Adopt.Name, adoption.Release.Name, finish}},
		{"release goes on", adoptionflow.RunRelease, hawkfish.Release{SystemID: "s1"}, adoption.Release.Name, schemas.TaskStateCompleted, []string{adoption.Release.Name, finish}},
		{"delete goes on", deletion.Run, deletion.System{ID: "s1"}, undefine, schemas.TaskStateCompleted, []string{undefine, wipe, finish}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.After = func(step string, _ int) {
				if step == tt.cancelAt {
					w.CancelWorkflow()
				}
			}
			w.ExecuteWorkflow(tt.run, tt.in)
			if w.ending.Outcome.State != tt.state || !slices.Equal(w.Ran[len(w.Ran)-len(tt.last):], tt.last) {
				t.Errorf("ended %+v; ran %v", w.ending.Outcome, w.Ran)
			}
		})
	}
}
