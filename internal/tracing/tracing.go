// Package tracing follows a request through all processes: the API, the
// workflow, its steps, and what they ask of hypervisors and of PostgreSQL. It is the only
// importer of OpenTelemetry. A nil *Tracer traces nothing, and costs a comparison.
//
// Spans name operations, never their contents: no bodies, no queries, no texts of errors.
package tracing

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/projectbeskar/hawkfish"
)

// Attributes that tie spans to the fleet.
const (
	TaskID   = "hawkfish.task.id"
	SystemID = "hawkfish.system.id"
	HostID   = "hawkfish.host.id"
)

// Config says what is traced, and where it goes.
type Config struct {
	Endpoint string  // of an OTLP/gRPC collector, such as http://collector:4317
	Share    float64 // of the requests that are traced, 0 to 1
	Service  string  // such as "hawkfish-api"
	Version  string
	Instance string // such as the machine's name
	Log      *slog.Logger
}

// Tracer makes spans.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// Start returns a tracer that sends spans to a collector, which need not be there: what it does not take is dropped.
func Start(ctx context.Context, cfg Config) (*Tracer, error) {
	exporter, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(cfg.Endpoint))
	if err != nil {
		return nil, err
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { cfg.Log.Warn("spans were not sent", "error", err) }))
	return Into(cfg, sdk.NewBatchSpanProcessor(exporter)), nil
}

// Into returns a tracer that gives its spans to a processor; cfg.Endpoint and cfg.Log do not matter.
func Into(cfg Config, to sdk.SpanProcessor) *Tracer {
	provider := sdk.NewTracerProvider(
		sdk.WithSpanProcessor(to),
		sdk.WithSampler(requests{sdk.TraceIDRatioBased(cfg.Share)}),
		sdk.WithResource(resource.NewSchemaless(
			attribute.String("service.name", cfg.Service), attribute.String("service.version", cfg.Version),
			attribute.String("service.instance.id", cfg.Instance),
		)),
	)
	return &Tracer{provider: provider, tracer: provider.Tracer("github.com/projectbeskar/hawkfish")}
}

// flushWithin is how long the last spans may take to get out.
const flushWithin = 3 * time.Second

// Stop sends what has been traced.
func (t *Tracer) Stop() error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushWithin)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

var propagator propagation.TraceContext

const traceparent = "traceparent"

// ParentIn returns what a later span, in whatever process, names its parent by (W3C Trace Context); empty: nothing is traced.
func ParentIn(ctx context.Context) string {
	if !trace.SpanContextFromContext(ctx).IsSampled() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagator.Inject(ctx, carrier)
	return carrier[traceparent]
}

// Under returns a context whose spans have a parent in another process. What is no parent is left out.
func Under(ctx context.Context, parent string) context.Context {
	if parent == "" {
		return ctx
	}
	return propagator.Extract(ctx, propagation.MapCarrier{traceparent: parent})
}

// Request begins the span of a request. parent is what the client sent, if anything.
func (t *Tracer) Request(ctx context.Context, name, parent string) (context.Context, Span) {
	ctx = context.WithValue(Under(ctx, parent), requestKey{}, true)
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer))
	return ctx, Span{span}
}

// Part begins the span of a part of what ctx is about, when that is traced.
func (t *Tracer) Part(ctx context.Context, name string) (context.Context, Span) {
	if t == nil || !trace.SpanContextFromContext(ctx).IsSampled() {
		return ctx, Span{}
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindClient))
	return ctx, Span{span}
}

// Span is an operation that goes on. The zero Span takes everything and keeps nothing.
type Span struct{ span trace.Span }

// Set adds an attribute, unless it has no value.
func (s Span) Set(key, value string) {
	if s.span != nil && value != "" {
		s.span.SetAttributes(attribute.String(key, value))
	}
}

// SetInt adds a number.
func (s Span) SetInt(key string, value int) {
	if s.span != nil {
		s.span.SetAttributes(attribute.Int(key, value))
	}
}

// Fail marks the operation as failed.
func (s Span) Fail(kind string) {
	if s.span != nil {
		s.span.SetAttributes(attribute.String("error.type", kind))
		s.span.SetStatus(codes.Error, "")
	}
}

// End ends the operation; of an error only the kind is kept.
func (s Span) End(err error) {
	if s.span == nil {
		return
	}
	if err != nil {
		s.Fail(string(hawkfish.KindOf(err)))
	}
	s.span.End()
}

// requests samples a share of the requests, and all that follows from those. What has no request behind it, such as a
// host's reports and the dispatcher's sweeps, is never traced.
type requests struct{ share sdk.Sampler }

type requestKey struct{}

func (r requests) ShouldSample(p sdk.SamplingParameters) sdk.SamplingResult {
	parent := trace.SpanContextFromContext(p.ParentContext)
	switch {
	case parent.IsValid() && !parent.IsRemote():
		return decided(parent, parent.IsSampled())
	case p.ParentContext.Value(requestKey{}) != nil:
		return r.share.ShouldSample(p) // whatever the client decided for itself
	}
	return decided(parent, parent.IsSampled())
}

func decided(parent trace.SpanContext, sampled bool) sdk.SamplingResult {
	result := sdk.SamplingResult{Decision: sdk.Drop, Tracestate: parent.TraceState()}
	if sampled {
		result.Decision = sdk.RecordAndSample
	}
	return result
}

// Description says what the sampler does (sdk.Sampler).
func (r requests) Description() string { return "Requests{" + r.share.Description() + "}" }
