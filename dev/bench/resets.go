package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/projectbeskar/hawkfish/dev/guest"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/schemas"
)

// pair is what one system goes through, again and again.
var pair = []schemas.ResetType{schemas.ResetTypeOn, schemas.ResetTypeForceOff}

// switcher changes the power of a system, and returns how long it took until the wish was accepted, if
// that is a moment of its own, and until it was done.
type switcher interface {
	change(ctx context.Context, system string, to schemas.ResetType) (accepted, done time.Duration, err error)
}

// timings are those of many changes.
type timings struct{ accepted, done histogram }

func (t *timings) merge(other *timings) {
	t.accepted.merge(&other.accepted)
	t.done.merge(&other.done)
}

// cycle takes a system through pairs of changes, the last of which begins before end.
func cycle(ctx context.Context, s switcher, system string, end time.Time) (all *timings, err error) {
	all = &timings{}
	for time.Now().Before(end) {
		for _, to := range pair {
			accepted, done, err := s.change(ctx, system, to)
			if err != nil {
				return all, fmt.Errorf("%s of %s: %w", to, system, err)
			}
			all.accepted.add(accepted)
			all.done.add(done)
		}
	}
	return all, nil
}

// contestant makes switchers of one kind, each for one system.
type contestant struct {
	name string
	make func() switcher
}

// resets measures changes of one system, and of all systems at once, by each contestant in turns.
func (b *run) resets(t testing.TB, host string, names []string, by []contestant) {
	t.Helper()
	const turns = 2
	for _, at := range []int{1, len(names)} {
		sums, took := make([]timings, len(by)), make([]time.Duration, len(by))
		for range turns {
			for i, c := range by {
				b.say("resets by %s, %d at once", c.name, at)
				began := time.Now()
				part, err := crowd(t.Context(), names[:at], b.resetting, c.make)
				require.NoError(t, err)
				took[i] += time.Since(began)
				sums[i].merge(part)
			}
		}
		for i, c := range by {
			row := Resets{Host: host, By: c.name, At: at, Count: int(sums[i].done.total), Done: sums[i].done.spread()}
			row.PerSecond = float64(row.Count) / took[i].Seconds()
			if c.name == byHawkFish {
				row.Accepted = sums[i].accepted.spread()
			}
			b.report.Resets = append(b.report.Resets, row)
		}
	}
}

// crowd takes systems through pairs of changes at the same time, for a while, each by a switcher of its own.
func crowd(ctx context.Context, names []string, during time.Duration, make func() switcher) (*timings, error) {
	ctx, cancel := context.WithTimeout(ctx, during+answerWithin)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	parts, end := []*timings{}, time.Now().Add(during)
	for _, name := range names {
		part := &timings{}
		parts = append(parts, part)
		g.Go(func() (err error) {
			one, err := cycle(ctx, make(), name, end)
			*part = *one
			return err
		})
	}
	err := g.Wait()
	sum := &timings{}
	for _, part := range parts {
		sum.merge(part)
	}
	return sum, err
}

// byHawkFish names the switcher that is ours.
const byHawkFish = "HawkFish"

// redfish asks the API, and sees the task's end in the database.
type redfish struct {
	endpoint
	login string
	ends  *ends
	wire  *wire
}

func (r *redfish) change(ctx context.Context, system string, to schemas.ResetType) (accepted, done time.Duration, err error) {
	if r.wire == nil {
		if r.wire, err = r.dial(); err != nil {
			return 0, 0, err
		}
	}
	body, err := json.Marshal(map[string]schemas.ResetType{"ResetType": to})
	if err != nil {
		return 0, 0, err
	}
	request := compose(r.endpoint, http.MethodPost, systems+"/"+system+"/Actions/ComputerSystem.Reset", r.login, body)
	began := time.Now()
	answer, err := r.wire.expect(http.StatusAccepted, request)
	if err != nil {
		return 0, 0, err
	}
	accepted = time.Since(began)
	at, err := r.ends.of(ctx, path.Base(string(answer.Header.Peek("Location"))))
	return accepted, at.Sub(began), err
}

// provision makes tiny systems, powered off, and returns their names.
func (b *run) provision(t testing.TB, s *stack.Stack, n int) (names []string) {
	t.Helper()
	const within = time.Minute
	image, err := guest.Write(s.Images())
	require.NoError(t, err)
	s.Complete(s.Post("/redfish/v1/Oem/HawkFish/Images", map[string]any{"Name": "tiny", "Version": "1", "Format": "raw", "URL": "file://" + image}), within)
	var made []stack.Task
	for i := range n {
		names = append(names, fmt.Sprintf("bench-%d", i+1))
		made = append(made, s.Accepted(s.Post(systems, map[string]any{"Name": names[i], "CPU": 1, "MemoryMiB": 32, "Image": "tiny:1", "Network": "none"})))
	}
	for i, task := range made {
		require.Equal(t, "Completed", s.AwaitTask(task.URI, within).TaskState)
		s.Complete(s.Post(systems+"/"+names[i]+"/Actions/ComputerSystem.Reset", map[string]any{"ResetType": "ForceOff"}), within)
	}
	return names
}
