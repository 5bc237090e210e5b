package cached_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
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
