package cached_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/cached"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

// Who waits hears of an end that was written elsewhere, and looks when it may have been missed.
func TestEndings(t *testing.T) {
	t.Parallel()
	elsewhere := storetest.New(t)
	src := newSource(elsewhere)
	c := follow(t, src)
	sys := fleet(t, elsewhere).Ready(t, "web1", nil)
	open := func() hawkfish.Task {
		task, err := elsewhere.OpenTask(t.Context(), hawkfish.Task{ProjectID: sys.ProjectID, Operation: hawkfish.OpReset, Target: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: sys.ID, Name: sys.Name}, Input: []byte("{}")})
		require.NoError(t, err)
		return task
	}
	task := open()
	told, forget := c.Ending(task.ID)
	defer forget()
	other, forgetOther := c.Ending("other")
	defer forgetOther()
	require.NoError(t, elsewhere.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil))
	hears(t, told)
	select {
	case <-other:
		t.Error("told of another task's end")
	default:
	}
	src.cut <- struct{}{}
	hears(t, other)
}

func hears(t *testing.T, told <-chan struct{}) {
	t.Helper()
	select {
	case <-told:
	case <-time.After(10 * time.Second):
		t.Fatal("nobody told")
	}
}

// Who follows the settings is told of changes elsewhere, and whenever some may have been missed.
func TestOnSettings(t *testing.T) {
	t.Parallel()
	elsewhere := storetest.New(t)
	src := newSource(elsewhere)
	told := make(chan struct{}, 16)
	follow(t, src, func(c *cached.Store) { c.OnSettings(func() { told <- struct{}{} }) })
	for len(told) > 0 {
		<-told // of the start
	}
	_, err := elsewhere.SetSessionPolicy(t.Context(), 0, hawkfish.SessionPolicy{Timeout: 60})
	require.NoError(t, err)
	hears(t, told)
	src.cut <- struct{}{}
	hears(t, told)
}
