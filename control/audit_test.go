package control_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/control"
)

// trail is a table of entries that can be out of reach.
type trail struct {
	hawkfish.Trail
	down    atomic.Bool
	mu      sync.Mutex
	entries []hawkfish.AuditEntry
	batches int
}

func (t *trail) AppendAudit(_ context.Context, entries []hawkfish.AuditEntry) error {
	if t.down.Load() {
		return hawkfish.Down("PostgreSQL", nil)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.entries = append(t.entries, entries...)
	t.batches++
	return nil
}

func (t *trail) count() (entries, batches int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.entries), t.batches
}

type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), what)
}

// What was noted before a clean stop is written, in few batches, whatever the database did meanwhile.
func TestAuditorLosesNothing(t *testing.T) {
	t.Parallel()
	for name, down := range map[string]bool{"database up": false, "database down at first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kept, log := &trail{}, &lines{}
			kept.down.Store(down)
			a := control.NewAuditor(kept, slog.New(slog.NewTextHandler(log, nil)))
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- a.Run(ctx) }()
			const entries = 2000
			began := time.Now()
			for range entries {
				a.Note(hawkfish.AuditEntry{Method: "PATCH"})
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("requests waited %s for their entries", took)
			}
			kept.down.Store(false)
			stop()
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			written, batches := kept.count()
			if written != entries || batches > entries/100 {
				t.Errorf("%d entries in %d batches", written, batches)
			}
		})
	}
}

// When the database does not come back, what was noted is in the log.
func TestAuditorFallsBackToTheLog(t *testing.T) {
	t.Parallel()
	kept, log := &trail{}, &lines{}
	kept.down.Store(true)
	a := control.NewAuditor(kept, slog.New(slog.NewTextHandler(log, nil)))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for range 10_000 { // more than wait
		a.Note(hawkfish.AuditEntry{RequestID: "noted"})
	}
	if err := a.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if got := log.count("request_id=noted"); got != 10_000 {
		t.Errorf("%d entries in the log", got)
	}
}
