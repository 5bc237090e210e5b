package api_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/console"
	"github.com/projectbeskar/hawkfish/api"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

// engine stands for Temporal: it remembers what it was told, and says what it is made to.
type engine struct {
	mu        sync.Mutex
	down      error
	sight     durable.Sight
	cancelled []string
	updates   []string
}

func (e *engine) Healthy(context.Context) error               { return e.down }
func (e *engine) Launch(context.Context, durable.Start) error { return nil }
func (e *engine) Look(context.Context, string) (durable.Sight, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sight, e.down
}

func (e *engine) Cancel(_ context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cancelled = append(e.cancelled, id)
	return nil
}

func (e *engine) Update(_ context.Context, id, name string, arg any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.updates = append(e.updates, name+" by "+arg.(string))
	return nil
}

// Signal reaches nobody.
func (e *engine) Signal(context.Context, string, string, any) error { return e.down }

// Start leaves every task New: the tests are its workflow.
func (e *engine) Start(hawkfish.Task) {}

// service is the tree over a real store.
type service struct {
	t       *testing.T
	store   *store.Store
	engine  *engine
	control *control.Control
	tree    *redfish.Service
	waits   *waits // nil: not notified
}

const password = "hunter2hunter2"

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{t: t, store: storetest.New(t), engine: &engine{}}
	c := &control.Control{
		Store: s.store, Engine: s.engine, Starter: s.engine, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		ReadSerial: func(_ context.Context, host string, tail console.Tail) ([]byte, error) {
			return []byte("booted on " + host + "\xff"), nil
		},
		Seal: func(_, _ string) (hawkfish.Sealed, error) {
			return hawkfish.Sealed{}, &hawkfish.Error{Kind: hawkfish.Conflict, Property: "/Password", Value: "******", Message: "there is no key"}
		},
		ScanHost: s.scan,
		CheckURL: func(url string) error {
			if strings.HasPrefix(url, "https://") {
				return nil
			}
			return hawkfish.Refused("/URL", url, "only https")
		},
	}
	s.control = c
	if _, err := c.EnsureAdmin(t.Context(), password); err != nil {
		t.Fatal(err)
	}
	err := s.store.AnnounceHost(t.Context(), hawkfish.Announcement{HostID: "kvm1", URI: "qemu:///system", Facts: hawkfish.HostFacts{
		Capacity: hawkfish.Resources{CPUs: 64, MemoryMiB: 1 << 20, DiskGiB: 1 << 12}, Arch: "x86_64", Networks: []string{"default"},
		SecureBoot: true, TPM: true,
		Firmware: []schemas.BootSourceOverrideMode{schemas.BootSourceOverrideModeLegacy, schemas.BootSourceOverrideModeUEFI},
		Hardware: hawkfish.Hardware{Manufacturer: "Example Corp", Model: "R740", SerialNumber: "ABC1234", SKU: "08FF"},
		Sensors: []hawkfish.Sensor{
			{ID: "cpu-temp1", Name: "CPU", Kind: hawkfish.SensorTemperature, Reading: 85, Caution: 80, Critical: 100},
			{ID: "psu-power1", Name: "PSU", Kind: hawkfish.SensorPower, Reading: 123.5}, {ID: "board-fan1", Name: "Fan", Kind: hawkfish.SensorFan, Reading: 1200},
		},
		Software: []hawkfish.Software{{ID: "qemu", Name: "QEMU", Version: "7.2.22"}, {ID: "ovmf", Name: "OVMF", Version: "2022.11-6", Firmware: true}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.tree = redfish.NewService(api.Resources(c, api.ServiceInfo{
		UUID: "6f1b7a52-6f0c-4f10-8b1f-3a0f0f1c9c55", Version: "test", TemporalUI: "http://ui", TemporalNamespace: "hawkfish",
	}))
	return s
}

var admin, operator, viewer = caller(schemas.RoleAdministrator), caller(schemas.RoleOperator), caller(schemas.RoleReadOnly)

func caller(role schemas.RoleID) *redfish.Caller {
	return &redfish.Caller{
		Actor:      hawkfish.Actor{AccountID: "c0ffee00-0000-4000-8000-00000000000" + string('0'+rune(len(role)%10)), UserName: string(role), Scope: hawkfish.Scope{All: true}},
		Privileges: role.AssignedPrivileges(),
	}
}

// as serves one request for a caller.
func (s *service) as(c *redfish.Caller, method, path, body string, header ...string) redfish.Reply {
	s.t.Helper()
	req := redfish.Request{Method: method, Caller: c, Body: []byte(body), RemoteAddr: "192.0.2.7"}
	req.Path, req.RawQuery, _ = strings.Cut(path, "?")
	for i := 0; i < len(header); i += 2 {
		switch header[i] {
		case "If-Match":
			req.IfMatch = header[i+1]
		case "If-None-Match":
			req.IfNoneMatch = header[i+1]
		case "Prefer":
			req.Prefer = redfish.ParsePreference(header[i+1])
		}
	}
	for _, op := range s.tree.Operations() {
		if op.Method == method && match(op.Path, req.Path, &req) {
			reply := op.Serve(s.t.Context(), &req, func(_ context.Context, err error) { s.t.Log("reported:", err) })
			s.checkReply(op, &req, reply)
			return reply
		}
	}
	return redfish.NotFound(&req)
}

// match compares a path with a pattern and sets its variables. Literal parts win, as in a router.
func match(pattern, path string, req *redfish.Request) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if !strings.HasPrefix(want[i], "{") && want[i] != have[i] {
			return false
		}
	}
	for i := range want {
		if name, ok := strings.CutPrefix(want[i], "{"); ok {
			req.SetVar(strings.TrimSuffix(name, "}"), have[i])
		}
	}
	return true
}

// must serves a request that has to be answered with a status, and decodes the body.
func (s *service) must(status int, c *redfish.Caller, method, path, body string, header ...string) (map[string]any, redfish.Reply) {
	s.t.Helper()
	reply := s.as(c, method, path, body, header...)
	if reply.Status != status {
		s.t.Fatalf("%s %s: %d, want %d: %s", method, path, reply.Status, status, reply.Body)
	}
	doc := map[string]any{}
	if len(reply.Body) > 0 {
		if err := json.Unmarshal(reply.Body, &doc); err != nil {
			s.t.Fatalf("%s %s: %v: %s", method, path, err, reply.Body)
		}
	}
	return doc, reply
}

// provision makes a system, and plays its workflow.
func (s *service) provision(name string) (id string) {
	s.t.Helper()
	return s.provisionFor(operator, name, hawkfish.DefaultProject)
}

// provisionFor makes a system in a project.
func (s *service) provisionFor(who *redfish.Caller, name, project string) (id string) {
	s.t.Helper()
	doc, _ := s.must(202, who, "POST", "/redfish/v1/Systems", `{"Name":"`+name+`","CPU":2,"MemoryMiB":512,"DiskGiB":1,"Project":"`+project+`"}`)
	task := doc["Id"].(string)
	t, err := s.store.FindTask(s.t.Context(), hawkfish.Scope{All: true}, task)
	if err == nil {
		_, err = s.store.PlaceSystem(s.t.Context(), t.Target.ID)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.finish(task, hawkfish.Outcome{State: schemas.TaskStateCompleted}, &hawkfish.Observation{
		SystemID: t.Target.ID, Power: schemas.PowerStateOn, At: time.Now(), LastReset: time.Now(),
	}, nil)
	return t.Target.ID
}

func (s *service) finish(task string, o hawkfish.Outcome, seen *hawkfish.Observation, img *hawkfish.ImageFacts) {
	s.t.Helper()
	if err := s.store.FinishTask(s.t.Context(), task, o, seen, img); err != nil {
		s.t.Fatal(err)
	}
}

// at reads a property by its path: "Boot/Primary".
func at(doc map[string]any, path string) any {
	var v any = doc
	for name := range strings.SplitSeq(path, "/") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// errorsOf returns the messages of an error body: "PropertyUnknown /Boot/Nope".
func errorsOf(t *testing.T, reply redfish.Reply) []string {
	t.Helper()
	var body struct {
		Error struct {
			Info []redfish.Info `json:"@Message.ExtendedInfo"`
		}
	}
	if err := json.Unmarshal(reply.Body, &body); err != nil || len(body.Error.Info) == 0 {
		t.Fatalf("no error body: %d %s", reply.Status, reply.Body)
	}
	var found []string
	for _, m := range body.Error.Info {
		text := m.MessageID[strings.LastIndexByte(m.MessageID, '.')+1:]
		for _, at := range m.Related {
			text += " " + strings.TrimPrefix(at, "#")
		}
		found = append(found, text)
	}
	return found
}
