package temporald

import (
	"context"
	"log/slog"

	"go.temporal.io/server/common/log/tag"
)

// slogLogger gives Temporal's log lines to slog.
type slogLogger struct{ *slog.Logger }

func (s slogLogger) Debug(msg string, tags ...tag.Tag)  { s.write(slog.LevelDebug, msg, tags) }
func (s slogLogger) Info(msg string, tags ...tag.Tag)   { s.write(slog.LevelInfo, msg, tags) }
func (s slogLogger) Warn(msg string, tags ...tag.Tag)   { s.write(slog.LevelWarn, msg, tags) }
func (s slogLogger) Error(msg string, tags ...tag.Tag)  { s.write(slog.LevelError, msg, tags) }
func (s slogLogger) DPanic(msg string, tags ...tag.Tag) { s.write(slog.LevelError, msg, tags) }

func (s slogLogger) Panic(msg string, tags ...tag.Tag) {
	s.write(slog.LevelError, msg, tags)
	panic(msg)
}

// Fatal must not return; a panic, unlike an exit, leaves a trace to find the cause by.
func (s slogLogger) Fatal(msg string, tags ...tag.Tag) { s.Panic(msg, tags...) }

func (s slogLogger) write(level slog.Level, msg string, tags []tag.Tag) {
	ctx := context.Background() // Temporal's loggers are given none
	if !s.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, len(tags))
	for i, t := range tags {
		attrs[i] = slog.Any(t.Key(), t.Value())
	}
	s.LogAttrs(ctx, level, msg, attrs...)
}
