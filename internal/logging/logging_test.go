package logging

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/projectbeskar/hawkfish/internal/config"
)

func TestLinesCarryWhatTheContextSays(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := New(&out, config.Logging{LogLevel: "info", LogFormat: config.LogJSON}).With("process", "api")
	ctx := With(With(With(t.Context(), RequestID, "r1"), TaskID, "t1"), TaskID, "t2")
	log.InfoContext(ctx, "hello")
	log.DebugContext(ctx, "too quiet")
	line := out.String()
	assert.Contains(t, line, `"process":"api"`)
	assert.Contains(t, line, `"request_id":"r1"`)
	assert.Contains(t, line, `"task_id":"t2"`)
	assert.NotContains(t, line, "t1")
	assert.NotContains(t, line, "too quiet")
	assert.Equal(t, "r1", Value(ctx, RequestID))
	assert.Empty(t, Value(ctx, SystemID))
}

func TestSecretsAreNotLogged(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := New(&out, config.Logging{LogLevel: "debug"})
	log.Debug("x", "Password", "hunter2", slog.Group("header", "Authorization", "hunter2"), "admin", config.Secret("hunter2"))
	assert.NotContains(t, out.String(), "hunter2")
	assert.Contains(t, out.String(), "Password=[redacted]")
}
