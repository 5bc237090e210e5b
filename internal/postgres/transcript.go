package postgres

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
)

// transcriptLines is how many of the server's last lines an error quotes.
const transcriptLines = 5

// severities maps what PostgreSQL's lines begin with to levels; other lines continue the one before.
var severities = []struct {
	prefix string
	level  slog.Level
}{
	{"LOG:", slog.LevelDebug},
	{"NOTICE:", slog.LevelDebug},
	{"WARNING:", slog.LevelWarn},
	{"ERROR:", slog.LevelDebug}, // a client's, who is told
	{"FATAL:", slog.LevelDebug}, // a session's, such as one that came too early
	{"PANIC:", slog.LevelError}, // the server's
}

// transcript logs what the server writes, line by line, and remembers the end of it.
type transcript struct {
	log *slog.Logger

	mu    sync.Mutex
	rest  []byte // of a line not ended yet
	lines []string
}

func newTranscript(log *slog.Logger) *transcript { return &transcript{log: log} }

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rest = append(t.rest, p...)
	for {
		line, rest, whole := bytes.Cut(t.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		t.keep(string(line))
		t.rest = rest
	}
}

func (t *transcript) keep(line string) {
	level := slog.LevelDebug
	for _, s := range severities {
		if strings.HasPrefix(line, s.prefix) {
			level = s.level
		}
	}
	t.log.Log(context.Background(), level, "postgres says", "line", line)
	t.lines = append(t.lines, line)
	t.lines = t.lines[max(0, len(t.lines)-transcriptLines):]
}

// last returns the last lines.
func (t *transcript) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "; ")
}
