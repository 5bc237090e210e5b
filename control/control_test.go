package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

// engine is a Temporal that starts workflows and never runs them.
type engine struct {
	mu        sync.Mutex
	down      error
	workflows map[string]durable.Sight
	starts    []durable.Start
	cancelled []string
	signals   []signal
}

func (e *engine) Healthy(context.Context) error { e.mu.Lock(); defer e.mu.Unlock(); return e.down }

func (e *engine) Launch(_ context.Context, w durable.Start) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.down != nil {
		return e.down
	}
	if _, ran := e.workflows[w.ID]; !ran {
		e.workflows[w.ID] = durable.Sight{Open: true, Status: "Running"}
		e.starts = append(e.starts, w)
	}
	return nil
}

func (e *engine) Look(_ context.Context, id string) (durable.Sight, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s, ok := e.workflows[id]; ok {
		return s, e.down
	}
	return durable.Sight{}, hawkfish.Missing("Workflow", id)
}

func (e *engine) Cancel(_ context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cancelled = append(e.cancelled, id)
	return e.down
}

func (e *engine) Update(context.Context, string, string, any) error { return e.down }

func (e *engine) set(change func(*engine)) { e.mu.Lock(); defer e.mu.Unlock(); change(e) }

func (e *engine) started() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var ids []string
	for _, s := range e.starts {
		ids = append(ids, s.ID)
	}
	return ids
}

// nobody starts nothing: what is opened stays as it was stored.
type nobody struct{}

func (nobody) Start(hawkfish.Task) {}

type plane struct {
	*control.Control
	store  *store.Store
	engine *engine
}

func newPlane(t *testing.T) *plane {
	st := storetest.New(t)
	e := &engine{workflows: map[string]durable.Sight{}}
	return &plane{
		Control: &control.Control{
			Store: st, Engine: e, Starter: nobody{}, Log: slog.New(slog.DiscardHandler),
			CheckURL: func(url string) error {
				if !strings.HasPrefix(url, "file:///images/") {
					return hawkfish.Refused("/URL", url, "it is not among the image folders")
				}
				return nil
			},
		},
		store: st, engine: e,
	}
}

var admin = control.Asked{By: hawkfish.Actor{UserName: "admin", Scope: hawkfish.Scope{All: true}}, Within: hawkfish.Scope{All: true}}

// system is a system that is ready, and off, on no host in particular.
func (p *plane) system(t *testing.T, name string) hawkfish.System {
	t.Helper()
	task, err := p.ProvisionSystem(t.Context(), admin, control.ProvisionRequest{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	p.finish(t, task)
	s, err := p.FindSystem(t.Context(), admin.By.Scope, name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (p *plane) finish(t *testing.T, task hawkfish.Task) {
	t.Helper()
	if err := p.store.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil); err != nil {
		t.Fatal(err)
	}
}

func (p *plane) reset(t *testing.T, s hawkfish.System, r schemas.ResetType) hawkfish.Task {
	t.Helper()
	task, err := p.ResetSystem(t.Context(), admin, s, control.ResetRequest{ResetType: r})
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// dispatch runs a dispatcher until the test ends.
func (p *plane) dispatch(t *testing.T) *control.Dispatcher {
	d := control.NewDispatcher(p.store, p.engine, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); _ = d.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	return d
}

func (p *plane) state(t *testing.T, id string) schemas.TaskState {
	t.Helper()
	task, err := p.FindTask(t.Context(), admin.By.Scope, id)
	if err != nil {
		t.Fatal(err)
	}
	return task.State
}

func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if so() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func TestEverythingWrongWithASystemIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	_, err := p.ProvisionSystem(t.Context(), admin, control.ProvisionRequest{
		Name: "not a host name", CPUs: 5000, MemoryMiB: 1, DiskGiB: 1 << 30, Image: "none", Primary: "Tape", Project: "nowhere",
	})
	var properties []string
	for _, f := range hawkfish.Faults(err) {
		if f.Kind != hawkfish.Invalid {
			t.Errorf("%v is not Invalid", f)
		}
		properties = append(properties, f.Property)
	}
	slices.Sort(properties)
	if want := []string{"/Boot/Primary", "/CPU", "/DiskGiB", "/Image", "/MemoryMiB", "/Name", "/Project"}; !slices.Equal(properties, want) {
		t.Errorf("said %v, want %v", properties, want)
	}
	if all, n, err := p.ListSystems(t.Context(), admin.By.Scope, hawkfish.Page{}); err != nil || n != 0 {
		t.Errorf("something was stored: %v, %v", all, err)
	}
}

func TestNewWorkIsRefusedWhileTemporalIsDownAndReadsAreNot(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	s := p.system(t, "web1")
	p.engine.set(func(e *engine) { e.down = hawkfish.Down("Temporal", errors.New("refused")) })
	for what, try := range map[string]func() error{
		"reset": func() error {
			_, err := p.ResetSystem(t.Context(), admin, s, control.ResetRequest{ResetType: "On"})
			return err
		},
		"delete": func() error { _, err := p.DeleteSystem(t.Context(), admin, s); return err },
		"provision": func() error {
			_, err := p.ProvisionSystem(t.Context(), admin, control.ProvisionRequest{Name: "web2"})
			return err
		},
		"import": func() error {
			_, err := p.ImportImage(t.Context(), admin, control.ImportRequest{Name: "i", Version: "1"})
			return err
		},
	} {
		if err := try(); hawkfish.KindOf(err) != hawkfish.Unavailable {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := p.FindSystem(t.Context(), admin.By.Scope, s.ID); err != nil {
		t.Error(err)
	}
	if _, n, _ := p.ListTasks(t.Context(), admin.By.Scope, hawkfish.Page{}); n != 1 {
		t.Errorf("%d tasks, want the first provision alone", n)
	}
}

func TestForceOffPushesAGracefulTaskAside(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	for _, tt := range []struct {
		running schemas.ResetType
		aside   bool
	}{{schemas.ResetTypeGracefulShutdown, true}, {schemas.ResetTypeGracefulRestart, true}, {schemas.ResetTypeOn, false}} {
		s := p.system(t, "web-"+strings.ToLower(string(tt.running)))
		running := p.reset(t, s, tt.running)
		forced := p.reset(t, s, schemas.ResetTypeForceOff)
		if forced.State != schemas.TaskStatePending {
			t.Errorf("ForceOff after %s is %s: two tasks have their turn", tt.running, forced.State)
		}
		if got := p.state(t, running.ID) == schemas.TaskStateCancelling; got != tt.aside {
			t.Errorf("%s pushed aside: %v, want %v", tt.running, got, tt.aside)
		}
		if got := slices.Contains(p.engine.cancelled, running.ID); got != tt.aside {
			t.Errorf("workflow of %s cancelled: %v, want %v", tt.running, got, tt.aside)
		}
	}
}

// An image that is one file with another leaves the file to it, and nobody waits for an import of what is to go.
func TestDeletedImagesLeaveWhatIsNeeded(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	importing := func(name string) (hawkfish.Image, hawkfish.Task) {
		task, err := p.ImportImage(t.Context(), admin, control.ImportRequest{Name: name, Version: "1", URL: "file:///images/x", Format: hawkfish.FormatRaw})
		if err != nil {
			t.Fatal(err)
		}
		img, err := p.FindImage(t.Context(), admin.By.Scope, task.Target.ID)
		if err != nil {
			t.Fatal(err)
		}
		if want := name + ":1"; task.Target.Name != want {
			t.Errorf("the task works on %q, want %q", task.Target.Name, want)
		}
		return img, task
	}
	imported := func(name, digest string) hawkfish.Image {
		img, task := importing(name)
		err := p.store.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, &hawkfish.ImageFacts{SHA256: digest})
		if err != nil {
			t.Fatal(err)
		}
		img.SHA256 = digest
		return img
	}
	drops := func(img hawkfish.Image) string {
		task, err := p.DeleteImage(t.Context(), admin, img)
		if err != nil {
			t.Fatal(err)
		}
		var in struct{ SHA256 string }
		if err := json.Unmarshal(task.Input, &in); err != nil {
			t.Fatal(err)
		}
		return in.SHA256
	}
	one, two := imported("one", "d1"), imported("two", "d1")
	if got := drops(one); got != "" {
		t.Errorf("the first drops %q, which the second is", got)
	}
	if got := drops(two); got != "d1" {
		t.Errorf("the second drops %q, and nobody else is that file", got)
	}
	late, task := importing("late")
	_ = drops(late)
	if got := p.state(t, task.ID); got != schemas.TaskStateCancelling {
		t.Errorf("the import goes on: %s", got)
	}
}

// What a crash left unstarted is started, in order, by whoever sweeps.
func TestTheSweepStartsWhatNobodyDid(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	s := p.system(t, "web1")
	first, second := p.reset(t, s, schemas.ResetTypeOn), p.reset(t, s, schemas.ResetTypeForceOff)
	p.dispatch(t)
	p.dispatch(t) // a second replica
	eventually(t, "the first is started", func() bool { return p.state(t, first.ID) == schemas.TaskStateRunning })
	if p.state(t, second.ID) != schemas.TaskStatePending {
		t.Error("the second has its turn beside the first")
	}
	p.finish(t, first)
	eventually(t, "the second is started", func() bool { return p.state(t, second.ID) == schemas.TaskStateRunning })
	if got := p.engine.started(); !slices.Equal(got, []string{first.ID, second.ID}) {
		t.Errorf("started %v", got)
	}
	var start durable.Start
	p.engine.set(func(e *engine) { start = e.starts[0] })
	if start.Workflow != string(hawkfish.OpReset) || start.Attributes.SystemName != "web1" || start.Attributes.User != "admin" || !json.Valid(start.Input) {
		t.Errorf("the workflow says too little of itself: %+v", start)
	}
}

func TestAcceptedWorkGoesOnWhenTemporalIsBack(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	s := p.system(t, "web1")
	task := p.reset(t, s, schemas.ResetTypeOn)
	p.engine.set(func(e *engine) { e.down = hawkfish.Down("Temporal", nil) })
	d := p.dispatch(t)
	d.Start(task)
	d.Wake()
	p.engine.set(func(e *engine) { e.down = nil })
	eventually(t, "it is started", func() bool { return p.state(t, task.ID) == schemas.TaskStateRunning })
}

func TestLogin(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	ctx := t.Context()
	generated, err := p.EnsureAdmin(ctx, "")
	if err != nil || len(generated) < 20 {
		t.Fatalf("first account: %q, %v", generated, err)
	}
	if again, err := p.EnsureAdmin(ctx, "other"); again != "" || err != nil {
		t.Errorf("a second first account: %q, %v", again, err)
	}
	session, _, token, err := p.Login(ctx, control.AdminName, generated, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if _, account, err := p.SessionAccount(ctx, token); err != nil || account.UserName != control.AdminName {
		t.Errorf("token: %+v, %v", account, err)
	}
	for _, wrong := range [][2]string{{control.AdminName, "guess"}, {"nobody", generated}, {"", ""}} {
		if _, _, _, err := p.Login(ctx, wrong[0], wrong[1], ""); hawkfish.KindOf(err) != hawkfish.Denied {
			t.Errorf("%q: %v", wrong[0], err)
		}
	}
	if err := p.CloseSession(ctx, session.ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.SessionAccount(ctx, token); hawkfish.KindOf(err) != hawkfish.NotFound {
		t.Errorf("a closed session's token: %v", err)
	}
}

// Power off is always possible: where no more may wait, it takes the place of the resets that do.
func TestForceOffIsNeverRefused(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	s := p.system(t, "web1")
	running := p.reset(t, s, schemas.ResetTypeGracefulShutdown)
	var waiting []hawkfish.Task
	for range hawkfish.MaxWaitingTasks {
		waiting = append(waiting, p.reset(t, s, schemas.ResetTypeOn))
	}
	if _, err := p.ResetSystem(t.Context(), admin, s, control.ResetRequest{ResetType: schemas.ResetTypeOn}); hawkfish.KindOf(err) != hawkfish.Busy {
		t.Fatalf("one more: %v", err)
	}
	forced := p.reset(t, s, schemas.ResetTypeForceOff)
	if got := p.state(t, running.ID); got != schemas.TaskStateCancelling {
		t.Errorf("the running one is %s", got)
	}
	for _, w := range waiting {
		if got := p.state(t, w.ID); got != schemas.TaskStateCancelled {
			t.Fatalf("one that waited is %s", got)
		}
	}
	p.finish(t, running)
	if got := p.state(t, forced.ID); got != schemas.TaskStateNew {
		t.Errorf("its turn has come, and it is %s", got)
	}
}
