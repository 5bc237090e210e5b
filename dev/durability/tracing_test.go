package durability

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"

	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
)

// spans is a collector of spans (OTLP over gRPC).
type spans struct {
	collector.UnimplementedTraceServiceServer
	mu  sync.Mutex
	all []span
}

type span struct {
	*trace.Span
	service string
}

func (s *spans) Export(_ context.Context, req *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, of := range req.GetResourceSpans() {
		for _, scope := range of.GetScopeSpans() {
			for _, one := range scope.GetSpans() {
				s.all = append(s.all, span{one, value(of.GetResource().GetAttributes(), "service.name")})
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

func (s *spans) listen(t *testing.T) (url string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, s)
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(server.Stop)
	return "http://" + ln.Addr().String()
}

// of returns the spans of the trace in which a request has led to a task.
func (s *spans) of(task string) (all []span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, root := range s.all {
		if root.attribute("hawkfish.task.id") != task || root.attribute("http.route") == "" {
			continue
		}
		for _, one := range s.all {
			if string(one.GetTraceId()) == string(root.GetTraceId()) {
				all = append(all, one)
			}
		}
	}
	return all
}

func (s span) attribute(key string) string { return value(s.GetAttributes(), key) }

func value(of []*common.KeyValue, key string) string {
	for _, a := range of {
		if a.GetKey() == key {
			return a.GetValue().GetStringValue()
		}
	}
	return ""
}

// path names a span and those above it, the outermost first.
func path(all []span, of span) string {
	for _, above := range all {
		if string(above.GetSpanId()) == string(of.GetParentSpanId()) {
			return path(all, above) + " > " + of.service + " " + of.GetName()
		}
	}
	return of.service + " " + of.GetName()
}

// One request is one trace, from the API over the workflow down to the hypervisor and the database, through four processes.
func TestARequestIsTraced(t *testing.T) {
	t.Parallel()
	seen := &spans{}
	s := stack.Start(t, stack.Options{SimulatedHosts: 1, Env: map[string]string{"HAWKFISH_OTLP_ENDPOINT": seen.listen(t), hold.EnvDir: ""}})
	f := &fleet{Stack: s, t: t, hosts: journals{filepath.Join(s.Dir, "simulated")}}
	f.importTiny("tiny")
	f.must(f.provision("demo"))
	task, err := f.reset("demo", "PowerCycle")
	f.must(task, err)
	failing, err := f.post(imagesURI, map[string]any{"Name": "gone", "Version": "1", "Format": "raw", "URL": "file://" + f.Images() + "/hunter2"})
	require.NoError(t, err)
	require.Equal(t, "Exception", f.AwaitTask(failing.URI, within).TaskState)

	const request = "hawkfish-api POST " + systemsURI + "/{id}/Actions/ComputerSystem.Reset"
	const workflow = request + " > hawkfish-api StartWorkflow:system.Reset > hawkfish-worker RunWorkflow:system.Reset"
	for _, want := range []string{
		workflow,
		request + " > hawkfish-api postgres.LockTarget",
		workflow + " > hawkfish-worker StartActivity:power.Stop > hawkfish-host RunActivity:power.Stop > hawkfish-host hypervisor.Stop",
	} {
		f.eventually(within, func(context.Context) error {
			all, got := seen.of(task.ID), []string(nil)
			for _, one := range all {
				got = append(got, path(all, one))
				if got[len(got)-1] == want {
					return nil
				}
			}
			return fmt.Errorf("there is no %s, only\n%s", want, strings.Join(got, "\n"))
		})
	}
	f.eventually(within, func(context.Context) error {
		for _, one := range seen.of(task.ID) {
			if strings.HasPrefix(one.GetName(), "postgres.") && one.service == "hawkfish-worker" {
				return nil
			}
		}
		return errors.New("the worker's queries are not traced")
	})
	var system struct {
		ID string `json:"Id"`
	}
	require.NoError(t, f.Fetch(systemsURI+"/demo").Into(&system))
	for _, one := range seen.of(task.ID) {
		switch {
		case strings.HasPrefix(one.GetName(), "hypervisor."):
			assert.Equal(t, "sim1", one.attribute("hawkfish.host.id"))
			assert.Equal(t, system.ID, one.attribute("hawkfish.system.id"))
		case strings.HasPrefix(one.GetName(), "RunWorkflow"):
			assert.Equal(t, task.ID, one.attribute("hawkfish.task.id"))
		}
	}
	for _, one := range seen.of(failing.ID) {
		assert.NotContains(t, one.String(), "hunter2")
	}
}
