package tracing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/tracing"
)

func tracer(share float64) (*tracing.Tracer, *tracetest.InMemoryExporter) {
	seen := tracetest.NewInMemoryExporter()
	return tracing.Into(tracing.Config{Share: share, Service: "hawkfish-test"}, sdk.NewSimpleSpanProcessor(seen)), seen
}

// A trace goes on in another process, whose tracer only knows the parent's name.
func TestATraceCrossesProcesses(t *testing.T) {
	t.Parallel()
	api, inAPI := tracer(1)
	worker, inWorker := tracer(0) // what follows from a traced request is traced, whatever the share here
	ctx, request := api.Request(t.Context(), "POST /redfish/v1/Systems", "")
	request.Set(tracing.TaskID, "t1")
	parent := tracing.ParentIn(ctx)
	_, part := worker.Part(tracing.Under(t.Context(), parent), "postgres.FindTask")
	part.End(&hawkfish.Error{Kind: hawkfish.NotFound, Message: "hunter2", Err: errors.New("hunter2")})
	request.End(nil)

	outer, inner := inAPI.GetSpans()[0], inWorker.GetSpans()[0]
	if inner.Parent.SpanID() != outer.SpanContext.SpanID() || inner.SpanContext.TraceID() != outer.SpanContext.TraceID() {
		t.Errorf("%s is not below %s", inner.Name, outer.Name)
	}
	if text := fmt.Sprint(inner); strings.Contains(text, "hunter2") || !strings.Contains(text, "not_found") {
		t.Error(text)
	}
}

func TestWhatIsTraced(t *testing.T) {
	t.Parallel()
	const sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for name, tt := range map[string]struct {
		share float64
		do    func(*tracing.Tracer)
		spans int
	}{
		"a request":                         {1, func(tr *tracing.Tracer) { request(t.Context(), tr, "") }, 2},
		"none of the requests":              {0, func(tr *tracing.Tracer) { request(t.Context(), tr, "") }, 0},
		"not for the client to decide":      {0, func(tr *tracing.Tracer) { request(t.Context(), tr, sampled) }, 0},
		"the client's trace":                {1, func(tr *tracing.Tracer) { request(t.Context(), tr, sampled) }, 2},
		"nonsense from the client":          {1, func(tr *tracing.Tracer) { request(t.Context(), tr, "00-zz") }, 2},
		"what nobody has asked for":         {1, func(tr *tracing.Tracer) { part(t.Context(), tr) }, 0},
		"what follows from a traced one":    {0, func(tr *tracing.Tracer) { part(tracing.Under(t.Context(), sampled), tr) }, 1},
		"what follows from an untraced one": {1, func(tr *tracing.Tracer) { part(tracing.Under(t.Context(), sampled[:53]+"00"), tr) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr, seen := tracer(tt.share)
			tt.do(tr)
			if got := seen.GetSpans(); len(got) != tt.spans {
				t.Errorf("%d spans, want %d: %v", len(got), tt.spans, got)
			}
		})
	}
}

func request(ctx context.Context, tr *tracing.Tracer, parent string) {
	ctx, span := tr.Request(ctx, "GET", parent)
	part(ctx, tr)
	span.End(nil)
}

func part(ctx context.Context, tr *tracing.Tracer) {
	_, span := tr.Part(ctx, "part")
	span.End(nil)
}

func TestNoTracer(t *testing.T) {
	t.Parallel()
	var tr *tracing.Tracer
	ctx, span := tr.Part(t.Context(), "part")
	span.Set("key", "value")
	span.End(nil)
	if ctx != t.Context() || tr.Stop() != nil || tr.Hypervisor(nil, "h1") != nil || tracing.ParentIn(ctx) != "" {
		t.Error("it is not nothing")
	}
}

func BenchmarkPartOfNothing(b *testing.B) {
	tr, _ := tracer(1)
	b.ReportAllocs()
	for b.Loop() {
		_, span := tr.Part(b.Context(), "part")
		span.End(nil)
	}
}
