package store

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish/internal/tracing"
)

// queryTracer makes a span of each statement of a traced request (pgx.QueryTracer). Arguments are left out.
type queryTracer struct{ tracer *tracing.Tracer }

type spanKey struct{}

// TraceQueryStart begins a statement's span.
func (q queryTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	ctx, span := q.tracer.Part(ctx, "postgres."+queryName(data.SQL))
	return context.WithValue(ctx, spanKey{}, span)
}

// TraceQueryEnd ends it.
func (q queryTracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	if span, ok := ctx.Value(spanKey{}).(tracing.Span); ok {
		span.End(failure(data.Err, subject{}))
	}
}

// queryName returns what sqlc calls a statement, or its first word.
func queryName(sql string) string {
	text := strings.TrimPrefix(sql, "-- name: ")
	name, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	return name
}
