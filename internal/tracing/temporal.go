package tracing

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"

	"github.com/projectbeskar/hawkfish"
)

// Temporal returns what makes spans of workflows and steps, and carries their parents in headers.
func (t *Tracer) Temporal() (interceptor.ClientInterceptor, error) {
	return opentelemetry.NewTracingInterceptor(opentelemetry.TracerOptions{
		Tracer: t.tracer, TextMapPropagator: propagator, DisableBaggage: true,
		DisableQueryTracing: true, AllowInvalidParentSpans: true,
		SpanStarter: func(ctx context.Context, t trace.Tracer, name string, opts ...trace.SpanStartOption) trace.Span {
			_, span := t.Start(ctx, name, opts...)
			return discreet{span}
		},
	})
}

// discreet is a span that keeps the kinds of errors, not their texts, and calls a task a task.
type discreet struct{ trace.Span }

// RecordError keeps the kind of an error.
func (d discreet) RecordError(err error, _ ...trace.EventOption) {
	if err == nil {
		return
	}
	kind := string(hawkfish.KindOf(err))
	if app, ok := errors.AsType[*temporal.ApplicationError](err); ok && app.Type() != "" {
		kind = app.Type() // durable puts the fleet's kind there
	}
	d.Span.SetAttributes(attribute.String("error.type", kind))
}

// SetStatus leaves out the description, which is the error's text.
func (d discreet) SetStatus(code codes.Code, _ string) { d.Span.SetStatus(code, "") }

// SetAttributes adds the task's ID, which is its workflow's.
func (d discreet) SetAttributes(all ...attribute.KeyValue) {
	for _, one := range all {
		if one.Key == "temporalWorkflowID" {
			d.Span.SetAttributes(attribute.String(TaskID, one.Value.AsString()))
		}
	}
	d.Span.SetAttributes(all...)
}
