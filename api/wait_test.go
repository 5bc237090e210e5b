package api_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/cached"
)

// notified makes those who wait hear of ends, as the API's process does.
func (s *service) notified() *service {
	memory := cached.New(s.store, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.WithoutCancel(s.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- memory.Run(ctx) }()
	s.t.Cleanup(func() { stop(); <-ended })
	s.waits = &waits{Endings: memory, began: make(chan string, 64)}
	s.control.Endings = s.waits
	return s
}

// waits tells who plays a workflow that a request has begun to wait for its task.
type waits struct {
	control.Endings
	began chan string // IDs of tasks
}

func (w *waits) Ending(id string) (told <-chan struct{}, forget func()) {
	told, forget = w.Endings.Ending(id)
	select {
	case w.began <- id:
	default: // nobody plays
	}
	return told, forget
}

// whenAwaited plays the workflow of the next task that a request waits for.
func (s *service) whenAwaited(o hawkfish.Outcome) {
	known := s.tasks()
	go func() {
		for {
			select {
			case <-s.t.Context().Done():
				return
			case id := <-s.waits.began:
				if slices.ContainsFunc(known, func(t hawkfish.Task) bool { return t.ID == id }) {
					continue // one that was waited for before
				}
				if err := s.store.FinishTask(s.t.Context(), id, o, nil, nil); err != nil {
					s.t.Error(err)
				}
				return
			}
		}
	}()
}

func (s *service) tasks() []hawkfish.Task {
	all, _, err := s.store.ListTasks(s.t.Context(), hawkfish.Scope{All: true}, hawkfish.Page{})
	if err != nil {
		s.t.Error(err)
	}
	return all
}

func TestPreferWait(t *testing.T) {
	t.Parallel()
	s := newService(t).notified()
	completed := hawkfish.Outcome{State: schemas.TaskStateCompleted}
	id := s.provision("web1")
	reset := "/redfish/v1/Systems/" + id + "/Actions/ComputerSystem.Reset"

	s.whenAwaited(completed)
	began := time.Now()
	_, reply := s.must(204, operator, "POST", reset, `{"ResetType":"ForceOff"}`, "Prefer", "wait=20")
	if took := time.Since(began); took > 10*time.Second || reply.Header.Get("Preference-Applied") != "wait=20" || reply.Header.Get("Location") != "" {
		t.Errorf("after %s: %+v", took, reply.Header)
	}
	if reply.Task == "" || reply.Task != s.tasks()[0].ID {
		t.Errorf("it was the task %q", reply.Task)
	}

	s.whenAwaited(completed)
	made, reply := s.must(201, operator, "POST", "/redfish/v1/Systems", `{"Name":"web2","MemoryMiB":512}`, "Prefer", "respond-async, wait=20")
	if made["Name"] != "web2" || reply.Header.Get("Location") != made["@odata.id"] || reply.Header.Get("Preference-Applied") != "wait=20" {
		t.Errorf("%v %+v", made, reply.Header)
	}

	s.whenAwaited(hawkfish.Outcome{State: schemas.TaskStateException, Faults: []*hawkfish.Error{{Kind: hawkfish.Conflict, Message: "no"}}})
	if _, reply := s.must(409, operator, "POST", reset, `{"ResetType":"On"}`, "Prefer", "wait=20"); reply.Header.Get("Preference-Applied") != "wait=20" {
		t.Errorf("%+v", reply.Header)
	}
}

// Who does not get the operation's own answer in time gets a task, as everyone does.
func TestPreferenceIsNoPromise(t *testing.T) {
	t.Parallel()
	s := newService(t).notified()
	id := s.provision("web1")
	reset := "/redfish/v1/Systems/" + id + "/Actions/ComputerSystem.Reset"
	began := time.Now()
	task, reply := s.must(202, operator, "POST", reset, `{"ResetType":"On"}`, "Prefer", "respond-async, wait=1")
	if took := time.Since(began); took < time.Second || reply.Header.Get("Preference-Applied") != "respond-async, wait=1" || reply.Header.Get("Location") == "" {
		t.Errorf("after %s: %+v", took, reply.Header)
	}
	monitor := task["TaskMonitor"].(string)
	for _, prefer := range []string{"respond-async", "respond-async, wait=0"} {
		if _, reply := s.must(202, operator, "GET", monitor, "", "Prefer", prefer); reply.Header.Get("Preference-Applied") != "respond-async" {
			t.Errorf("%s: %+v", prefer, reply.Header)
		}
	}
	// Who cancels does not wait for what they have cancelled.
	if _, reply := s.must(202, operator, "DELETE", monitor, "", "Prefer", "wait=20"); reply.Header.Get("Preference-Applied") != "" {
		t.Errorf("%+v", reply.Header)
	}
}

// A monitor can be waited for, instead of being asked again and again.
func TestWaitingForAMonitor(t *testing.T) {
	t.Parallel()
	s := newService(t).notified()
	id, _, monitor := s.reset("web1")
	go func() {
		<-s.waits.began
		if err := s.store.FinishTask(t.Context(), id, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil); err != nil {
			t.Error(err)
		}
	}()
	s.must(204, viewer, "GET", monitor, "", "Prefer", "wait=20")
}
