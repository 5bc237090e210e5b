package cached_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store"
	"github.com/projectbeskar/hawkfish/store/cached"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

var all = hawkfish.Scope{All: true}

// source is a real store that counts what it is asked, and whose changes can be cut off.
type source struct {
	*store.Store
	connected chan struct{} // gets one for each connection
	cut       chan struct{} // ends the connection
	down      atomic.Bool
	asked     atomic.Int64
}

func newSource(s *store.Store) *source {
	return &source{Store: s, connected: make(chan struct{}, 100), cut: make(chan struct{})}
}

func (s *source) Changes(ctx context.Context, connected func(), changed func(table, op, id string)) error {
	if s.down.Load() {
		return errors.New("down")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-s.cut:
			cancel()
		case <-ctx.Done():
		}
	}()
	return s.Store.Changes(ctx, func() { connected(); s.connected <- struct{}{} }, changed)
}

func (s *source) FindSystem(ctx context.Context, scope hawkfish.Scope, ref string) (hawkfish.System, error) {
	s.asked.Add(1)
	return s.Store.FindSystem(ctx, scope, ref)
}

func (s *source) SystemIDs(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) ([]string, int, error) {
	s.asked.Add(1)
	return s.Store.SystemIDs(ctx, scope, page)
}

func (s *source) FindSessionByToken(ctx context.Context, hash []byte) (hawkfish.Session, error) {
	s.asked.Add(1)
	return s.Store.FindSessionByToken(ctx, hash)
}

// follow returns a cache that follows the changes of a source.
func follow(t testing.TB, src *source, prepare ...func(*cached.Store)) *cached.Store {
	t.Helper()
	c := cached.New(src, slog.New(slog.DiscardHandler))
	for _, do := range prepare {
		do(c)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
	<-src.connected
	return c
}

func fleet(t testing.TB, s storetest.Store) storetest.Fleet {
	t.Helper()
	p, err := s.FindProject(t.Context(), all, hawkfish.DefaultProject)
	require.NoError(t, err)
	return storetest.Fleet{Store: s, Project: p.ID}
}

// A cache must do all that a store must do, whether it remembers or not.
func TestCacheIsAStore(t *testing.T) {
	t.Parallel()
	t.Run("connected", func(t *testing.T) {
		t.Parallel()
		storetest.Run(t, func(t *testing.T) storetest.Store { return follow(t, newSource(storetest.New(t))) })
	})
	t.Run("not connected", func(t *testing.T) {
		t.Parallel()
		storetest.Run(t, func(t *testing.T) storetest.Store {
			return cached.New(storetest.New(t), slog.New(slog.DiscardHandler))
		})
	})
}

func TestRemembered(t *testing.T) {
	t.Parallel()
	src := newSource(storetest.New(t))
	c := follow(t, src)
	s := fleet(t, c).Ready(t, "web1", nil)
	remembers(t, c, src, s)
}

// remembers waits until the cache has heard of everything that happened before, and answers alone.
func remembers(t testing.TB, c *cached.Store, src *source, s hawkfish.System) {
	t.Helper()
	require.Eventually(t, func() bool {
		before := src.asked.Load()
		for range 100 {
			for _, ref := range []string{s.ID, s.Name} {
				_, err := c.FindSystem(t.Context(), all, ref)
				require.NoError(t, err)
			}
			_, _, err := c.SystemIDs(t.Context(), all, hawkfish.Page{})
			require.NoError(t, err)
		}
		return src.asked.Load() == before
	}, 10*time.Second, time.Millisecond)
}

// A list of IDs is the same, whatever its systems do.
func TestListsOutliveChangesOfTheirSystems(t *testing.T) {
	t.Parallel()
	src := newSource(storetest.New(t))
	c := follow(t, src)
	s := fleet(t, c).Ready(t, "web1", nil)
	remembers(t, c, src, s)
	first, _, err := c.SystemIDs(t.Context(), all, hawkfish.Page{})
	require.NoError(t, err)
	for i := range 5 {
		tag := fmt.Sprint(i)
		_, err := storetest.Tag(t.Context(), c, all, s.ID, 0, tag)
		require.NoError(t, err)
	}
	remembers(t, c, src, s)
	again, _, err := c.SystemIDs(t.Context(), all, hawkfish.Page{})
	require.NoError(t, err)
	require.Same(t, &first[0], &again[0])
}

// What another process writes is seen soon.
func TestOtherProcesses(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t)
	other := storetest.Open(t, dsn, store.Options{})
	c := follow(t, newSource(storetest.Open(t, dsn, store.Options{})))
	f := fleet(t, other)
	s := f.Ready(t, "web1", nil)
	account, err := other.CreateAccount(t.Context(), hawkfish.Account{UserName: "ada", RoleID: "Operator", Enabled: true})
	require.NoError(t, err)
	hash := sha256.Sum256([]byte("token"))
	session, err := other.OpenSession(t.Context(), hawkfish.Session{TokenHash: hash[:], AccountID: account.ID}, time.Minute)
	require.NoError(t, err)

	for i := range 20 {
		_, err := c.FindSystem(t.Context(), all, s.ID)
		require.NoError(t, err)
		tag := fmt.Sprint(i)
		changed, err := storetest.Tag(t.Context(), other, all, s.ID, 0, tag)
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			now, err := c.FindSystem(t.Context(), all, "web1")
			return err == nil && reflect.DeepEqual(now, changed)
		}, 10*time.Second, time.Millisecond)
	}

	for i, name := range []string{"web2", "web3"} { // and that they have come
		_, n, err := c.SystemIDs(t.Context(), all, hawkfish.Page{})
		require.NoError(t, err)
		require.Equal(t, 1+i, n)
		f.Provisioning(t, name, nil)
		require.Eventually(t, func() bool {
			ids, n, err := c.SystemIDs(t.Context(), all, hawkfish.Page{})
			return err == nil && n == 2+i && len(ids) == n
		}, 10*time.Second, time.Millisecond)
	}

	_, err = c.FindSessionByToken(t.Context(), hash[:])
	require.NoError(t, err)
	require.NoError(t, other.CloseSession(t.Context(), session.ID))
	require.Eventually(t, func() bool {
		_, err := c.FindSessionByToken(t.Context(), hash[:])
		return hawkfish.KindOf(err) == hawkfish.NotFound && err != nil
	}, 10*time.Second, time.Millisecond)
}

// Who has seen a task end sees its effect, although another process has written it.
func TestSeesWhatAnEndedTaskHasDone(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t)
	worker := storetest.Open(t, dsn, store.Options{})
	c := follow(t, newSource(storetest.Open(t, dsn, store.Options{})))
	s := fleet(t, worker).Ready(t, "web1", nil)
	for i := range 50 {
		power := []schemas.PowerState{schemas.PowerStateOn, schemas.PowerStateOff}[i%2]
		task, err := c.OpenTask(t.Context(), hawkfish.Task{Operation: hawkfish.OpReset, Target: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: s.ID}})
		require.NoError(t, err)
		_, err = c.FindSystem(t.Context(), all, s.ID)
		require.NoError(t, err)
		finished := make(chan error, 1)
		go func(id string) {
			seen := &hawkfish.Observation{SystemID: s.ID, Power: power, At: time.Now()}
			finished <- worker.FinishTask(t.Context(), id, hawkfish.Outcome{State: schemas.TaskStateCompleted}, seen, nil)
		}(task.ID)
		for !task.Ended() {
			_, err := c.FindSystem(t.Context(), all, s.ID)
			require.NoError(t, err)
			task, err = c.FindTask(t.Context(), all, task.ID)
			require.NoError(t, err)
		}
		now, err := c.FindSystem(t.Context(), all, s.ID)
		require.NoError(t, err)
		require.Equal(t, power, now.Power)
		require.NoError(t, <-finished)
	}
}

// While the changes are not heard nothing is remembered, and what was is not believed later.
func TestDisconnected(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t)
	other := storetest.Open(t, dsn, store.Options{})
	src := newSource(storetest.Open(t, dsn, store.Options{}))
	c := follow(t, src)
	s := fleet(t, other).Ready(t, "web1", nil)
	remembers(t, c, src, s)

	src.down.Store(true)
	src.cut <- struct{}{}
	require.Eventually(t, func() bool { // reads reach the source again
		before := src.asked.Load()
		_, err := c.FindSystem(t.Context(), all, s.ID)
		return err == nil && src.asked.Load() > before
	}, 10*time.Second, time.Millisecond)
	tag := "unheard"
	changed, err := storetest.Tag(t.Context(), other, all, s.ID, 0, tag)
	require.NoError(t, err)
	now, err := c.FindSystem(t.Context(), all, s.ID)
	require.NoError(t, err)
	require.Equal(t, changed, now)

	src.down.Store(false)
	<-src.connected
	now, err = c.FindSystem(t.Context(), all, s.ID)
	require.NoError(t, err)
	require.Equal(t, changed, now)
	remembers(t, c, src, s)
}
