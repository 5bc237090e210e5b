package control_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/subtasks"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// signal is what a workflow was told.
type signal struct {
	id, name string
	arg      any
}

func (e *engine) Signal(_ context.Context, id, name string, arg any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.down == nil {
		e.signals = append(e.signals, signal{id, name, arg})
	}
	return e.down
}

// batch asks for a batch of a small profile.
func (p *plane) batch(t *testing.T, count int) hawkfish.Task {
	t.Helper()
	if _, err := p.FindProfile(t.Context(), admin.By.Scope, "small"); err != nil {
		if _, err := p.AddProfile(t.Context(), admin, hawkfish.Profile{Name: "small", MemoryMiB: 128}); err != nil {
			t.Fatal(err)
		}
	}
	task, err := p.MakeBatch(t.Context(), admin, control.BatchRequest{Profile: "small", Count: count, NamePrefix: "web", ZeroPad: 2})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

func (p *plane) open(t *testing.T, parent string, index int) hawkfish.Part {
	t.Helper()
	part, err := p.OpenPart(t.Context(), parent, index)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

// A part is opened once, however often that is asked for, and is a task like any other.
func TestOpenPart(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	parent := p.batch(t, 3)
	part := p.open(t, parent.ID, 1)
	again := p.open(t, parent.ID, 1)
	if part.State != schemas.TaskStateNew || part.Name != "web02" || part.TaskID != again.TaskID {
		t.Errorf("%+v %+v", part, again)
	}
	task, err := p.FindTask(t.Context(), admin.By.Scope, part.TaskID)
	s, lost := p.FindSystem(t.Context(), admin.By.Scope, "web02")
	if err != nil || lost != nil || task.Operation != hawkfish.OpProvision || task.ParentID != parent.ID || task.Requester != "admin" ||
		task.Target.ID != s.ID || s.MemoryMiB != 128 || !strings.HasPrefix(s.MAC, "52:54:00:") {
		t.Errorf("%+v %+v %v %v", task, s, err, lost)
	}
	p.system(t, "web03") // somebody is faster
	if refused := p.open(t, parent.ID, 2); refused.State != schemas.TaskStateException || refused.Faults[0].Kind != hawkfish.Exists {
		t.Errorf("%+v", refused)
	}
	if _, err := p.OpenPart(t.Context(), part.TaskID, 0); hawkfish.KindOf(err) != hawkfish.Internal {
		t.Errorf("a part was divided: %v", err)
	}
}

// A quota that is used up meanwhile refuses single parts, which are there to be looked at.
func TestPartsObeyQuotas(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	project, err := p.FindProject(t.Context(), admin.By.Scope, hawkfish.DefaultProject)
	if err == nil {
		_, err = p.SetQuotas(t.Context(), admin, project, hawkfish.Quotas{hawkfish.QuotaSystems: 2})
	}
	if err != nil {
		t.Fatal(err)
	}
	parent := p.batch(t, 2)
	if _, err := p.MakeBatch(t.Context(), admin, control.BatchRequest{Profile: "small", Count: 3}); hawkfish.KindOf(err) != hawkfish.Exhausted {
		t.Errorf("more than the quota: %v", err)
	}
	p.system(t, "other")
	first, second := p.open(t, parent.ID, 0), p.open(t, parent.ID, 1)
	if first.State != schemas.TaskStateNew || second.State != schemas.TaskStateException || second.Faults[0].Kind != hawkfish.Exhausted {
		t.Errorf("%+v %+v", first, second)
	}
}

// Who cancels a divided task cancels its parts: those that wait at once, those that go on through their workflows.
func TestCancelParts(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	parent := p.batch(t, 3)
	first, second := p.open(t, parent.ID, 0), p.open(t, parent.ID, 1)
	task, err := p.FindTask(t.Context(), admin.By.Scope, second.TaskID)
	if err != nil {
		t.Fatal(err)
	}
	p.finish(t, task)
	for range 2 {
		left, err := p.CancelParts(t.Context(), parent.ID)
		if err != nil || len(left) != 1 || left[0].TaskID != first.TaskID || left[0].State != schemas.TaskStateCancelling {
			t.Errorf("%+v %v", left, err)
		}
	}
	p.engine.set(func(e *engine) {
		if !slices.Contains(e.cancelled, first.TaskID) {
			t.Errorf("cancelled %v", e.cancelled)
		}
	})
	if part := p.open(t, parent.ID, 2); part.TaskID != "" {
		t.Errorf("opened %+v", part)
	}
	if p.state(t, parent.ID) != schemas.TaskStateCancelling {
		t.Error("the parent goes on")
	}
}

// The end of a part is told to its parent's workflow, also when Temporal was down at first.
func TestParentsAreTold(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	parent := p.batch(t, 1)
	part := p.open(t, parent.ID, 0)
	task, err := p.FindTask(t.Context(), admin.By.Scope, part.TaskID)
	if err != nil {
		t.Fatal(err)
	}
	p.engine.set(func(e *engine) { e.down = hawkfish.Down("Temporal", nil) })
	p.dispatch(t)
	p.finish(t, task)
	p.engine.set(func(e *engine) { e.down = nil })
	deadline := time.After(10 * time.Second)
	for {
		var told []signal
		p.engine.set(func(e *engine) { told = slices.Clone(e.signals) })
		if len(told) == 1 {
			ended := told[0].arg.([]hawkfish.Part)
			if told[0].id != parent.ID || told[0].name != subtasks.Ended || ended[0].TaskID != part.TaskID || ended[0].State != schemas.TaskStateCompleted {
				t.Errorf("%+v", told)
			}
			return
		}
		select {
		case <-deadline:
			t.Fatalf("told %+v", told)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestBatchesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	p.batch(t, 1)
	p.system(t, "web07")
	negative := -1
	for _, tt := range []struct {
		req  control.BatchRequest
		want []string
	}{
		{control.BatchRequest{Profile: "nope", Count: 0, ZeroPad: 7, MaxConcurrency: 33, StartIndex: &negative}, []string{"/Count", "/StartIndex", "/ZeroPad", "/MaxConcurrency", "/Profile"}},
		{control.BatchRequest{Profile: "small", Count: 2, NamePrefix: "under_score"}, []string{"/NamePrefix"}},
		{control.BatchRequest{Profile: "small", Count: 1000, NamePrefix: strings.Repeat("x", 60)}, []string{"/NamePrefix"}},
		{control.BatchRequest{Profile: "small", Count: 10, NamePrefix: "web", ZeroPad: 2}, []string{"/NamePrefix"}},
	} {
		_, err := p.MakeBatch(t.Context(), admin, tt.req)
		var at []string
		for _, f := range hawkfish.Faults(err) {
			at = append(at, f.Property)
		}
		if !slices.Equal(at, tt.want) {
			t.Errorf("%+v: %v", tt.req, err)
		}
	}
}

// What a request leaves out its profile says, and the defaults what both leave out.
func TestSystemOfAProfile(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	_, err := p.AddProfile(t.Context(), admin, hawkfish.Profile{Name: "big", CPUs: 4, MemoryMiB: 4096, Network: "none"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.ProvisionSystem(t.Context(), admin, control.ProvisionRequest{Name: "db1", Profile: "big", CPUs: 6}); err != nil {
		t.Fatal(err)
	}
	s, err := p.FindSystem(t.Context(), admin.By.Scope, "db1")
	if err != nil || s.CPUs != 6 || s.MemoryMiB != 4096 || s.DiskGiB != 1 || s.Network != "" || s.Machine.Boot.Primary != schemas.BootSourceHdd {
		t.Errorf("%+v %v", s, err)
	}
	if _, err := p.ProvisionSystem(t.Context(), admin, control.ProvisionRequest{Name: "db2", Profile: "none"}); hawkfish.KindOf(err) != hawkfish.Invalid {
		t.Errorf("%v", err)
	}
}
