// Package logging makes the slog handler of every process: text or JSON, with what the
// context says a line belongs to. It does not know what is logged.
package logging

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/internal/config"
)

// Key is an attribute that ties lines of different processes together.
type Key string

const (
	RequestID  Key = "request_id"
	TaskID     Key = "task_id"
	SystemID   Key = "system_id"
	WorkflowID Key = "workflow_id"
)

// New returns a logger that writes lines of at least cfg.LogLevel to w.
func New(w io.Writer, cfg config.Logging) *slog.Logger {
	opts := &slog.HandlerOptions{Level: cfg.LogLevel.Level(), ReplaceAttr: redact}
	if cfg.LogFormat == config.LogJSON {
		return slog.New(handler{slog.NewJSONHandler(w, opts)})
	}
	return slog.New(handler{slog.NewTextHandler(w, opts)})
}

// secrets are attributes that nobody should log; the second line of defence.
var secrets = []string{"password", "token", "authorization", "x-auth-token", "secret", "database_url"}

func redact(_ []string, a slog.Attr) slog.Attr {
	if slices.Contains(secrets, strings.ToLower(a.Key)) {
		return slog.String(a.Key, "[redacted]")
	}
	return a
}

// With returns a context whose log lines carry one more attribute.
func With(ctx context.Context, key Key, value string) context.Context {
	return &attribute{ctx, key, value}
}

// Value returns what the context's lines carry under key, "" when nothing.
func Value(ctx context.Context, key Key) string {
	for a := of(ctx); a != nil; a = of(a.Context) {
		if a.key == key {
			return a.value
		}
	}
	return ""
}

// attribute is a context in itself, so that one costs one allocation.
type attribute struct {
	context.Context
	key   Key
	value string
}

type contextKey struct{}

func (a *attribute) Value(key any) any {
	if key == (contextKey{}) {
		return a
	}
	return a.Context.Value(key)
}

func of(ctx context.Context) *attribute {
	a, _ := ctx.Value(contextKey{}).(*attribute)
	return a
}

// handler adds the context's attributes.
type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	var seen [8]Key
	n := 0
	for a := of(ctx); a != nil; a = of(a.Context) {
		if slices.Contains(seen[:n], a.key) {
			continue // the innermost counts
		}
		r.AddAttrs(slog.String(string(a.key), a.value))
		if n < len(seen) {
			seen[n] = a.key
			n++
		}
	}
	return h.Handler.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
